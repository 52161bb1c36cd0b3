import fc from "fast-check";
import { Gate, type Slot, type Waiter } from "../../../lib/runtime/gateway/gate";

/** A request that remembers what became of it. */
class Request implements Waiter {
  slot: Slot | undefined;
  state: "new" | "queued" | "full" | "in" | "left" | "done" = "new";

  enter(gate: Gate): void {
    const entered = gate.enter(this);
    if (typeof entered === "string") this.state = entered;
    else this.admitted(entered);
  }

  admitted(slot: Slot): void {
    this.slot = slot;
    this.state = "in";
  }

  release(): void {
    this.slot!.release();
    this.state = "done";
  }

  leave(gate: Gate): void {
    gate.leave(this);
    this.state = "left";
  }
}

type Step = { readonly kind: "enter" | "release" | "release again" | "leave"; readonly which: number };

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom<Step["kind"]>("enter", "enter", "enter", "release", "release", "release again", "leave"),
    which: fc.nat(),
  }),
  { maxLength: 200 },
);

test("never more than maxInputs are in, never more than maxQueued wait, and nobody is lost, whatever happens", () => {
  const options = fc.record({ maxInputs: fc.integer({ min: 1, max: 5 }), maxQueued: fc.nat(5) });
  fc.assert(
    fc.property(options, steps, ({ maxInputs, maxQueued }, list) => {
      const gate = new Gate({ maxInputs, maxQueued });
      const requests: Request[] = [];
      const all = (state: Request["state"]) => requests.filter((request) => request.state === state);
      const pick = (state: Request["state"], which: number) => {
        const found = all(state);
        return found.length > 0 ? found[which % found.length] : undefined;
      };
      for (const { kind, which } of list) {
        if (kind === "enter") {
          const request = new Request();
          requests.push(request);
          request.enter(gate);
          if (request.state === "full") expect(all("queued")).toHaveLength(maxQueued);
        } else if (kind === "release") pick("in", which)?.release();
        else if (kind === "release again") pick("done", which)?.release();
        else pick("queued", which)?.leave(gate);

        expect(gate.inFlight).toBe(all("in").length);
        expect(gate.inFlight).toBeLessThanOrEqual(maxInputs);
        expect(gate.queued).toBe(all("queued").length);
        // A free place and somebody who waits for it never exist together.
        expect(gate.queued === 0 || gate.inFlight === maxInputs).toBe(true);
      }
      for (const waiting of all("queued")) waiting.leave(gate);
      for (const inside of all("in")) inside.release();
      expect([gate.inFlight, gate.queued]).toEqual([0, 0]);
    }),
  );
});

test("who came first is let in first, and who left is passed over", () => {
  const gate = new Gate({ maxInputs: 1, maxQueued: 10 });
  const [first, second, third, fourth] = Array.from({ length: 4 }, () => {
    const request = new Request();
    request.enter(gate);
    return request;
  }) as [Request, Request, Request, Request];
  third.leave(gate);
  first.release();
  expect([second.state, fourth.state]).toEqual(["in", "queued"]);
  second.release();
  expect(fourth.state).toBe("in");
});

test("the newest is refused, and those who wait stay", () => {
  const gate = new Gate({ maxInputs: 1, maxQueued: 1 });
  const requests = Array.from({ length: 3 }, () => new Request());
  for (const request of requests) request.enter(gate);
  expect(requests.map(({ state }) => state)).toEqual(["in", "queued", "full"]);
});

test("without a measured request, whoever asks is told to come back in 1 s for each turn before", () => {
  const gate = new Gate({ maxInputs: 2, maxQueued: 100 });
  for (let i = 0; i < 9; i++) new Request().enter(gate);
  // Seven wait, and one more would make eight: four turns of two.
  expect(gate.retryAfterSeconds()).toBe(4);
});

test("the average load counts who is inside and who waits, for as long as they do", async () => {
  const gate = new Gate({ maxInputs: 1, maxQueued: 10 });
  expect(gate.takeAverageLoad()).toBe(0);
  const [inside, waiting] = [new Request(), new Request()];
  const start = performance.now();
  inside.enter(gate);
  waiting.enter(gate);
  while (performance.now() - start < 20);
  waiting.leave(gate);
  inside.release();
  const half = performance.now();
  while (performance.now() - half < 20);
  const busyShare = (half - start) / (performance.now() - start);
  expect(gate.takeAverageLoad()).toBeCloseTo(2 * busyShare, 0);
  expect(gate.takeAverageLoad()).toBeCloseTo(0, 5);
});

test("Retry-After follows how long requests take, from 1 s to 60 s", () => {
  const gate = new Gate({ maxInputs: 1, maxQueued: 1000 });
  for (let i = 0; i < 101; i++) new Request().enter(gate);
  expect(gate.retryAfterSeconds()).toBe(60);
  // What is held no time at all.
  const quick = new Gate({ maxInputs: 1, maxQueued: 1000 });
  const request = new Request();
  request.enter(quick);
  request.release();
  for (let i = 0; i < 101; i++) new Request().enter(quick);
  expect(quick.retryAfterSeconds()).toBe(1);
});
