import fc from "fast-check";
import { checkConditions, matchRules, splitConditions } from "../../../lib/routing";
import { hostPattern, pathPattern, request } from "./requests";

const many = fc.record({
  hosts: fc.array(hostPattern, { maxLength: 14 }),
  paths: fc.array(pathPattern, { maxLength: 9 }),
});

test("conditions that fit one rule stay one rule", () => {
  const conditions = { hosts: ["a.b", "c.d", "e.f"], paths: ["/x", "/x/*"] };
  expect(splitConditions(conditions)).toEqual([conditions]);
  expect(splitConditions({ hosts: [], paths: [] })).toEqual([{ hosts: [], paths: [] }]);
});

test("hosts are spread over rules of five values, each with all the paths", () => {
  expect(splitConditions({ hosts: ["a", "b", "c", "d", "e", "f"], paths: [] })).toEqual([
    { hosts: ["a", "b", "c", "d", "e"], paths: [] },
    { hosts: ["f"], paths: [] },
  ]);
  expect(splitConditions({ hosts: ["a", "b", "c", "d"], paths: ["/x", "/x/*"] })).toEqual([
    { hosts: ["a", "b", "c"], paths: ["/x", "/x/*"] },
    { hosts: ["d"], paths: ["/x", "/x/*"] },
  ]);
});

test("split rules have at most five values and together take exactly the requests of the whole", () => {
  fc.assert(
    fc.property(many, request, (conditions, one) => {
      const split = splitConditions(conditions);
      for (const { hosts, paths } of split) expect(hosts.length + paths.length).toBeLessThanOrEqual(5);
      const taken = split.some((part) => matchRules([{ ...part, priority: 1, target: "t" }], one));
      expect(taken).toBe(matchRules([{ ...conditions, priority: 1, target: "t" }], one) !== undefined);
    }),
  );
});

test("a value of 128 characters is allowed, one of 129 is refused with the value", () => {
  expect(checkConditions({ hosts: ["a".repeat(128)], paths: [] }, "stack/A")).toEqual([]);
  const [problem, ...more] = checkConditions({ hosts: ["a".repeat(129)], paths: ["/x"] }, "stack/A");
  expect(more).toEqual([]);
  expect(problem).toMatchObject({ code: "SLIPWAY_E_CONDITION_TOO_LONG", path: "stack/A", value: "a".repeat(129) });
});
