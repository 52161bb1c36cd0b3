import { endpoint, networkAttributes, platform, platformAttributes } from "./parsing";

function isDeepFrozen(value: unknown): boolean {
  return (
    typeof value !== "object" || value === null || (Object.isFrozen(value) && Object.values(value).every(isDeepFrozen))
  );
}

test("a spec is frozen all the way down", () => {
  const specs = [
    endpoint({ env: { A: "b" }, alarms: { errorRate: 1 } }).spec,
    platform({ allowCidrs: ["10.0.0.0/8"] }).spec,
    networkAttributes(),
    platformAttributes(),
  ];
  expect(specs.map(isDeepFrozen)).toEqual([true, true, true, true]);
});

test("what was passed in stays the caller's own: not frozen, and no later change reaches the spec", () => {
  const env: Record<string, string> = { A: "b" };
  const allowCidrs = ["10.0.0.0/8"];
  const { spec } = endpoint({ env });
  const shared = platform({ allowCidrs }).spec;
  env.LATER = "c";
  allowCidrs.push("0.0.0.0/0");
  expect(spec.env).toEqual({ A: "b" });
  expect(shared.allowCidrs).toEqual(["10.0.0.0/8"]);
});

test("two endpoints may share their props, as a stack's author does", () => {
  const shared = { env: { A: "b" }, secrets: {} };
  expect(endpoint(shared).spec).toEqual(endpoint(shared).spec);
});
