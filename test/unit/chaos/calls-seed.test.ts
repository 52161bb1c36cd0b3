import { otherOf, planOf } from "../../chaos/calls/plan";
import { Faults } from "../../chaos/calls/proxy/faults";

function faultsOf(seed: number, requests = 400): (string | undefined)[] {
  const faults = new Faults(seed);
  faults.isOn = true;
  return Array.from({ length: requests }, () => faults.next("dynamodb PutItem"));
}

test("a seed has the same faults and the same calls again, another one others", () => {
  const plans = (seed: number) => Array.from({ length: 50 }, (_, n) => planOf(seed, n, 1500));
  expect(faultsOf(7)).toEqual(faultsOf(7));
  expect(faultsOf(7)).not.toEqual(faultsOf(8));
  expect(plans(7)).toEqual(plans(7));
  expect(plans(7)).not.toEqual(plans(8));
});

test("an operation's faults do not depend on what else is asked", () => {
  const faults = new Faults(7);
  faults.isOn = true;
  const mixed = Array.from({ length: 400 }, () => {
    faults.next("sqs SendMessage");
    return faults.next("dynamodb PutItem");
  });
  expect(mixed).toEqual(faultsOf(7));
});

test("of every 40 requests of an operation two fail and two are throttled", () => {
  const drawn = faultsOf(7, 40);
  expect(drawn.filter((fault) => fault === "error")).toHaveLength(2);
  expect(drawn.filter((fault) => fault === "throttle")).toHaveLength(2);
});

test("nothing goes wrong while faults are off", () => {
  const faults = new Faults(7);
  expect(Array.from({ length: 100 }, () => faults.next("dynamodb PutItem"))).not.toContainEqual(expect.any(String));
  expect(faults.happens("sent-twice")).toBe(false);
});

test("of every 40 calls one is cut off, so that no run is without a call that only the sweep can send", () => {
  const faults = new Faults(7);
  faults.isOn = true;
  const drawn = Array.from({ length: 80 }, () => faults.happens("cut-off"));
  expect(drawn.slice(0, 40).filter(Boolean)).toHaveLength(1);
  expect(drawn.slice(40).filter(Boolean)).toHaveLength(1);
});

test("what asks again with another payload has another one, in the first call too", () => {
  const { script } = planOf(7, 0, 1500);
  expect(JSON.stringify(otherOf(script))).not.toBe(JSON.stringify(script));
});
