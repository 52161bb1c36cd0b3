import fc from "fast-check";
import { deployMinutes, deregistrationDelay, START_MARGIN } from "../../../lib/task";
import { webSpec } from "./web-spec";

const TASK = { startupTimeout: 60, requestTimeout: 150, drainTimeout: 110 };

test("an apply waits at least as long as the provider does by itself", () => {
  expect(deployMinutes(TASK)).toBe(20);
});

test("an apply waits until the third task could have failed to start, whatever time a start takes", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3600 }), (startupTimeout) => {
      const seconds = deployMinutes({ ...TASK, startupTimeout }) * 60;
      expect(seconds).toBeGreaterThan(3 * (startupTimeout + START_MARGIN));
    }),
  );
});

test("an apply waits until a task of the version before could have left", () => {
  expect(deployMinutes({ ...TASK, requestTimeout: 3590 }) * 60).toBeGreaterThan(3600 + 110);
});

test("a task that leaves still gets 10 s more than a first byte may take", () => {
  expect([150, 1].map(deregistrationDelay)).toEqual([160, 11]);
});

test("the longest first byte that an endpoint may ask for is within the longest delay that AWS takes", () => {
  const { requestTimeout } = webSpec({ timeout: "1h", requestTimeout: 3590 });
  expect(deregistrationDelay(requestTimeout!)).toBe(3600);
});
