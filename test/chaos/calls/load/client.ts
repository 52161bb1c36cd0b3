import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../../random";
import { digestOf, errorText } from "../digest";
import type { Journal } from "../journal";
import { otherOf, type Plan, type Script } from "../plan";
import { APP, LATE, WORK } from "../world/configs";
import { type ApiAnswer, ask } from "./api";

export interface ClientWorld {
  readonly journal: Journal;
  readonly random: Random;
  /** The calls API of some caller, alive or not. */
  port(): number;
  /** Nobody waits any longer. */
  readonly isGivenUp: () => boolean;
  /** What became of requests, for the report. */
  count(word: string): void;
}

const AGAIN_MS = 150;

const LONGEST_AGAIN_MS = 2000;

/** Some give up requests that are carried out later, of a caller that is paused. */
const PATIENCE_MS = [2000, 12_000, 12_000, 12_000] as const;

/** Makes one call and follows it to its end: whatever breaks in between, it asks again. Returns whether it has read the end. */
export async function follow(plan: Plan, world: ClientWorld): Promise<boolean> {
  const call = await spawn(plan.script, world);
  if (call === undefined) return false;
  if (plan.again !== undefined) await useKeyAgain(plan.script, plan.again, world);
  const cancelling =
    plan.cancelAfterMs === undefined ? undefined : delay(plan.cancelAfterMs).then(() => cancel(call, world));
  const isRead = await readEnd(call, world);
  await cancelling;
  if (isRead && plan.readsAgain) await readEnd(call, world);
  return isRead;
}

/** Until it is accepted; without a key each time is another call. */
async function spawn(script: Script, world: ClientWorld): Promise<string | undefined> {
  for (let pause = AGAIN_MS; !world.isGivenUp(); pause = Math.min(LONGEST_AGAIN_MS, 2 * pause)) {
    const answer = await post(script, world);
    if (answer?.status === 202) return answer.body.call_id;
    await delay(pause);
  }
  return undefined;
}

async function post(script: Script, world: ClientWorld, isOther = false): Promise<ApiAnswer | undefined> {
  const { n, kind, key } = script;
  const answer = await tried(world, "POST", `/v1/functions/${APP}/${kind === "late" ? LATE : WORK}/calls`, {
    body: { args: [isOther ? otherOf(script) : script], kwargs: {} },
    key,
  });
  if (answer === undefined) return undefined;
  const about = { n, kind, ...(key !== undefined && { key }), ...(isOther && { isOther }) };
  if (answer.status === 202) world.journal.write({ e: "accepted", ...about, call: answer.body.call_id });
  else world.journal.write({ e: "refused", ...about, status: answer.status, code: answer.body?.error?.code });
  return answer;
}

async function useKeyAgain(script: Script, how: "same" | "other", world: ClientWorld): Promise<void> {
  const answer = await post(script, world, how === "other");
  world.count(`key again, ${how} payload: ${answer?.status ?? "no answer"}`);
}

async function cancel(call: string, world: ClientWorld): Promise<void> {
  world.journal.write({ e: "cancel", call });
  while (!world.isGivenUp()) {
    const answer = await tried(world, "POST", `/v1/calls/${call}/cancel`);
    if (answer?.status === 200) {
      world.journal.write({ e: "cancel-answer", call, state: answer.body.state });
      return;
    }
    await delay(AGAIN_MS);
  }
}

async function readEnd(call: string, world: ClientWorld): Promise<boolean> {
  while (!world.isGivenUp()) {
    const wait = world.random.integer(1, 5);
    const answer = await tried(world, "GET", `/v1/calls/${call}/result?wait=${wait}`, { waitMs: wait * 1000 });
    if (answer?.status === 200) {
      const { state, result, error } = answer.body;
      world.journal.write({
        e: "read",
        call,
        state,
        ...(result !== undefined && { result: digestOf(result) }),
        ...(error !== undefined && { error: errorText(error) }),
      });
      return true;
    }
    if (answer?.status !== 202) await delay(AGAIN_MS);
  }
  return false;
}

/** Undefined when the connection broke. */
async function tried(
  world: ClientWorld,
  method: "GET" | "POST",
  path: string,
  { waitMs = 0, ...options }: { body?: object; key?: string; waitMs?: number } = {},
): Promise<ApiAnswer | undefined> {
  const verb = method === "GET" ? "read" : path.endsWith("/cancel") ? "cancel" : "spawn";
  try {
    const answer = await ask(world.port(), method, path, {
      ...options,
      timeoutMs: waitMs + world.random.pick(PATIENCE_MS),
    });
    world.count(`${verb} ${answer.status}${answer.status >= 400 ? ` ${answer.body?.error?.code}` : ""}`);
    return answer;
  } catch {
    world.count(`${verb} broken`);
    return undefined;
  }
}
