import * as fc from "fast-check";
import { isFinal, SWEEP_SLACK_MS } from "../../../lib/calls";
import { type Actor, canceller, spawner, sweeper, worker } from "./actors";
import { RULES, TIMES, World } from "./world";

/** One step of somebody, some time later; or their end, and another in their place. */
interface Step {
  readonly who: number;
  readonly ms: number;
  readonly crashes: boolean;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    who: fc.nat(9),
    ms: fc.oneof(
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.nat(2000) },
      { weight: 1, arbitrary: fc.nat(70_000) },
    ),
    crashes: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  }),
  { minLength: 20, maxLength: 250, size: "max" },
);

const scenes = fc.record({
  steps,
  dice: fc.array(fc.nat(11), { minLength: 50, maxLength: 50 }),
  /** How wrong the five hosts' clocks are. */
  skews: fc.array(fc.integer({ min: -400, max: 400 }), { minLength: 5, maxLength: 5 }),
});
type Scene = typeof scenes extends fc.Arbitrary<infer S> ? S : never;

class Play {
  private readonly cast: Actor[];
  private rolled = 0;
  private generation = 0;

  constructor(
    readonly world: World,
    private readonly scene: Scene,
  ) {
    this.cast = [0, 1, 2, 3, 4].map((role) => this.actor(role));
  }

  private actor(role: number): Actor {
    const { world, scene } = this;
    const now = () => world.now + scene.skews[role]!;
    const dice = (sides: number) => scene.dice[this.rolled++ % scene.dice.length]! % sides;
    if (role === 0) return spawner(world, now);
    if (role === 1) return canceller(world, now);
    if (role === 2) return sweeper(world, now);
    return worker(world, `worker-${role}-${this.generation++}`, now, dice);
  }

  run(): void {
    for (const { who, ms, crashes } of this.scene.steps) {
      this.world.now += ms;
      // Most of the time is the workers'; not every call is cancelled.
      const role = [0, 0, 1, 2, 3, 3, 3, 4, 4, 4][who]!;
      if (!crashes) this.cast[role]!.next();
      // A spawner or a canceller that crashed does not come back; a worker or the sweeper is started anew.
      else if (role < 2) this.cast[role]!.return();
      else this.cast[role] = this.actor(role);
    }
  }

  /**
   * The faults are over; whoever crashed is there again, but for the spawner and the canceller.
   * @returns when the call must have ended
   */
  end(): number {
    const { world } = this;
    const last = Math.max(world.record?.doneBy ?? 0, world.now) + SWEEP_SLACK_MS + 2 * RULES.visibilityMs + 1000;
    const calm = [3, 4].map((role) =>
      worker(
        world,
        `calm-${role}`,
        () => world.now,
        () => 11,
      ),
    );
    const keeper = sweeper(world, () => world.now);
    while (world.now <= last && !(world.record && isFinal(world.record.state))) {
      for (const one of [...calm, keeper, keeper]) one.next();
      world.now += 500;
    }
    return last;
  }
}

function play(scene: Scene, fenced = true): { world: World; last: number } {
  const world = new World(fenced);
  const one = new Play(world, scene);
  one.run();
  return { world, last: one.end() };
}

test("however spawner, workers, canceller and sweeper interleave and crash, a call has one end, and no attempt but the newest ends it", () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { world, last } = play(scene);
      const { record, ends: seen, deadLetters } = world;
      if (!record) return;
      expect(seen).toEqual([record.state]);
      expect(isFinal(record.state)).toBe(true);
      expect(record.finishedAt).toBeLessThanOrEqual(last);
      if (record.state === "SUCCESS") expect(record.output).toEqual({ in: "record", body: `${record.attempt}` });
      expect(deadLetters).toBe(record.error?.type === "PoisonCall" ? 1 : 0);
    }),
    { numRuns: 3000 },
  );
}, 60_000);

test("the scenes reach every end", () => {
  // Always the same ones: an end that one scene in a thousand has would be missing from some 3000.
  const ends = fc.sample(scenes, { numRuns: 3000, seed: 1 }).map((scene) => play(scene).world.record?.state);
  const known = ends.filter((state) => state !== undefined);
  expect([...new Set(known)].sort()).toEqual(["CANCELLED", "EXPIRED", "FAILURE", "SUCCESS", "TIMEOUT"]);
}, 60_000);

test("without the fence the same scenes show a second end, or an old attempt's", () => {
  const { failed, errorInstance } = fc.check(
    fc.property(scenes, (scene) => void play(scene, false)),
    { numRuns: 3000 },
  );
  expect(failed).toBe(true);
  expect(String(errorInstance)).toMatch(/ends attempt|has ended|skips attempts/);
});

test("a call whose workers die one after the other is a failure after maxDeliveries, and its message in the dead letters", () => {
  const world = new World();
  const now = () => world.now;
  for (const _ of spawner(world, now)) world.now += 10;
  for (let life = 0; life < 10 && !isFinal(world.record!.state); life++) {
    const one = worker(world, `worker-${life}`, now, () => 11);
    // It claims the call, and is heard of no more.
    for (let step = 0; step < 4; step++) one.next();
    world.now += RULES.visibilityMs + 2000;
  }
  expect(world.record).toMatchObject({ state: "FAILURE", error: { type: "PoisonCall" }, attempt: RULES.maxDeliveries });
  expect(world.deadLetters).toBe(1);
});

test("a spawner that dies before it has sent the message loses nothing", () => {
  const world = new World();
  const now = () => world.now;
  spawner(world, now).next();
  const keeper = sweeper(world, now);
  for (let i = 0; i < 100; i++) {
    keeper.next();
    world.now += 1000;
  }
  expect(world.messages).toHaveLength(1);
  expect(world.record).toMatchObject({ state: "PENDING", nextDue: world.record!.createdAt + TIMES.queueMs });
});
