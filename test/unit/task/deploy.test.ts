import fc from "fast-check";
import { DEREGISTRATION_DELAY, deployMinutes, START_MARGIN } from "../../../lib/task";

test("an apply waits at least as long as the provider does by itself", () => {
  expect(deployMinutes(60)).toBe(20);
});

test("an apply waits until the third task could have failed to start, whatever time a start takes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3600 }), (startupTimeout) => {
      expect(deployMinutes(startupTimeout) * 60).toBeGreaterThan(3 * (startupTimeout + START_MARGIN));
    }),
  );
});

test("a task that leaves still gets 10 s more than the longest first byte takes", () => {
  expect(DEREGISTRATION_DELAY).toBe(150 + 10);
});
