import fc from "fast-check";
import { timersOf } from "../../../lib/task";
import { webSpec } from "./web-spec";

const ON = (idleTimeout: number) => ({ idleTimeout });

test("by default a request waits a minute for a place and two and a half for its first byte, and has five in all", () => {
  expect(timersOf(webSpec(), ON(300))).toEqual({ queue: 60, firstByte: 150, idle: 300, total: 300 });
});

test("an endpoint's own timers are what it says", () => {
  const own = webSpec({ timeout: 20, requestTimeout: 10, idleTimeout: 5, queueTimeout: 1 });
  expect(timersOf(own, ON(300))).toEqual({ queue: 1, firstByte: 10, idle: 5, total: 20 });
});

test("the default for the first byte is no more than the whole request may take", () => {
  expect(timersOf(webSpec({ timeout: 20 }), ON(300)).firstByte).toBe(20);
});

test("every default ends before the load balancer's patience does, whatever that is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 11, max: 4000 }), (idleTimeout) => {
      const { queue, firstByte, idle } = timersOf(webSpec(), ON(idleTimeout));
      expect(Math.max(queue, firstByte)).toBeLessThanOrEqual(idleTimeout - 10);
      expect(Math.min(queue, firstByte)).toBeGreaterThanOrEqual(1);
      expect(idle).toBe(idleTimeout);
    }),
  );
});
