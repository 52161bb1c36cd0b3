import {
  type Cancel,
  cancel,
  claim,
  create,
  died,
  fail,
  isFinal,
  release,
  sent,
  succeed,
  sweep,
} from "../../../lib/calls";
import { RULES, TIMES, type World } from "./world";

/** A program that can be stopped, and can crash, between any two of its steps. */
export type Actor = Generator<void, void, void>;

/** What a die says next; each actor asks when it has a choice. */
export type Dice = (sides: number) => number;

/** Hosts' clocks, as far as AWS's answers correct them. */
export type HostClock = () => number;

export function* spawner(world: World, now: HostClock): Actor {
  const { id } = world;
  const record = create({ id, app: "acme", fn: "work", input: { in: "record", body: "{}" }, now: now() }, TIMES);
  world.create(record);
  yield;
  world.send();
  yield;
  world.change(sent(record, now()), { who: "spawner" });
}

export function* canceller(world: World, now: HostClock): Actor {
  for (;;) {
    const record = world.record;
    yield;
    if (!record) continue;
    const decision: Cancel = cancel(record, now(), RULES);
    if (decision.kind === "over") return;
    if (!world.change(decision.change, { who: "canceller" })) continue;
    if (decision.kind === "close") return;
    yield;
    world.cancels.set(decision.owner, true);
    return;
  }
}

export function* sweeper(world: World, now: HostClock): Actor {
  for (;;) {
    yield;
    const record = world.record;
    if (record?.nextDue === undefined || record.nextDue > now()) continue;
    const ownerBeat = record.leaseOwner === undefined ? undefined : world.beats.get(record.leaseOwner);
    yield;
    const decision = sweep(record, { now: now(), ownerBeat }, { ...RULES, hasQueue: true });
    if (decision === undefined) continue;
    if (decision.kind === "send") {
      world.send();
      yield;
    }
    world.change(decision.change, { who: "sweeper" });
  }
}

/** A worker that takes one message at a time. */
export function* worker(world: World, owner: string, now: HostClock, dice: Dice): Actor {
  for (;;) {
    yield;
    const received = world.receive();
    if (!received) continue;
    const record = world.record;
    yield;
    if (!record || isFinal(record.state)) {
      world.delete(received);
      continue;
    }
    const ownerBeat = record.leaseOwner === undefined ? undefined : world.beats.get(record.leaseOwner);
    const decision = claim(record, { owner, now: now(), ownerBeat }, RULES);
    yield;
    if (decision.kind === "over") {
      world.delete(received);
      continue;
    }
    if (decision.kind === "later") {
      world.hide(received, decision.at - now());
      continue;
    }
    if (!world.change(decision.change, { who: owner })) continue;
    if (decision.kind === "close") {
      if (decision.poison) world.deadLetters++;
      yield;
      world.delete(received);
      continue;
    }
    yield* attempt(world, { owner, now, dice, received, attemptBy: decision.attemptBy });
  }
}

interface Attempt {
  readonly owner: string;
  readonly now: HostClock;
  readonly dice: Dice;
  readonly received: { message: World["messages"][number]; receipt: number };
  readonly attemptBy: number;
}

function* attempt(world: World, { owner, now, dice, received, attemptBy }: Attempt): Actor {
  const claimed = world.record!;
  const { attempt: number } = claimed;
  const error = { type: "ValueError", message: "no", traceback: "" };
  let ending: "success" | "error" | "timeout" | "cancelled" | "release" | "death" | undefined;
  while (ending === undefined) {
    yield;
    // A worker that stalls says nothing for a while, and goes on later as if nothing had been.
    if (dice(4) > 0) {
      world.beats.set(owner, now());
      world.hide(received, RULES.visibilityMs);
      if (world.cancels.get(owner)) ending = "cancelled";
      world.cancels.delete(owner);
    }
    if (now() >= attemptBy) ending = "timeout";
    const chance = dice(12);
    if (chance === 0) ending ??= "success";
    if (chance === 1) ending ??= "error";
    if (chance === 2) ending ??= "release";
    if (chance === 3) ending ??= "death";
  }
  yield;
  const writer = { who: owner, ends: number };
  if (ending === "release") {
    if (world.change(release(claimed), writer)) world.hide(received, 0);
    return;
  }
  if (ending === "death") {
    const after = died(claimed, "killed", now(), RULES);
    if (!world.change(after.change, writer)) return;
    if (after.kind === "again") return world.hide(received, 0);
    if (after.poison) world.deadLetters++;
    yield;
    return world.delete(received);
  }
  if (ending === "success") {
    const { change } = succeed(claimed, { in: "record", body: `${number}` }, now(), RULES);
    const done = world.change(change, writer);
    yield;
    if (done) world.delete(received);
    return;
  }
  const after = fail(claimed, ending, error, now(), RULES);
  if (!world.change(after.change, writer)) return;
  const retried = world.record!;
  yield;
  if (after.kind === "retry") {
    world.send(after.delayMs);
    yield;
    world.change(sent(retried, now()), { who: owner });
    yield;
  }
  world.delete(received);
}
