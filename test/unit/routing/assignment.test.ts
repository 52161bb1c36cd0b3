import fc from "fast-check";
import {
  assignPriorities,
  bandOf,
  hashedPriority,
  priorityRange,
  type RouteRequest,
  type RoutingProblem,
} from "../../../lib/routing";
import { endpoints } from "./requests";

const inBand = fc.integer({ min: 0, max: 15 });

const endpoint = (id: number, rulePriority?: number): RouteRequest => ({
  path: `stack/Endpoint${id}`,
  target: `app/endpoint-${id}`,
  conditions: { hosts: [`acme--e${id}.example.com`], paths: [] },
  rulePriority,
});
const priorityOf = (id: number) => hashedPriority(endpoint(id).conditions, endpoint(id).target, 0);

/** The first endpoints whose hashes meet: with 6750 priorities and a few hundred endpoints there always are some. */
function meeting(count: number): number[] {
  const byPriority = new Map<number, number[]>();
  for (let id = 0; ; id += 1) {
    const ids = [...(byPriority.get(priorityOf(id)) ?? []), id];
    if (ids.length === count) return ids;
    byPriority.set(priorityOf(id), ids);
  }
}

/** What a person does who follows each fix as it is written. */
function follow(requests: readonly RouteRequest[], problems: readonly RoutingProblem[]): RouteRequest[] {
  const settings = new Map<string, number>();
  for (const { fix, path } of problems) {
    for (const [, number, on] of fix.matchAll(/rulePriority: (\d+)(?: on (stack\/\w+))?/g)) {
      settings.set(on ?? path, Number(number));
    }
  }
  return requests.map((request) => ({ ...request, rulePriority: settings.get(request.path) ?? request.rulePriority }));
}

test("every endpoint gets its hashed priority, in the order asked", () => {
  const { rules, problems } = assignPriorities([endpoint(2), endpoint(1)], 0);
  expect(problems).toEqual([]);
  expect(rules).toEqual([
    { priority: priorityOf(2), hosts: ["acme--e2.example.com"], paths: [], target: "app/endpoint-2" },
    { priority: priorityOf(1), hosts: ["acme--e1.example.com"], paths: [], target: "app/endpoint-1" },
  ]);
});

test("where there is no problem, priorities are unique and inside their ranges", () => {
  fc.assert(
    fc.property(endpoints, inBand, (requests, priorityBand) => {
      const { rules, problems } = assignPriorities(requests, priorityBand);
      for (const rule of rules) {
        const { first, last } = priorityRange(bandOf(rule), priorityBand);
        expect(rule.priority >= first && rule.priority <= last).toBe(true);
      }
      const unique = new Set(rules.map((rule) => rule.priority)).size === rules.length;
      expect(problems.length === 0).toBe(unique);
    }),
  );
});

test("the order of declaration changes neither a priority nor a message", () => {
  fc.assert(
    fc.property(
      endpoints.chain((requests) =>
        fc.tuple(fc.constant(requests), fc.shuffledSubarray(requests, { minLength: requests.length })),
      ),
      inBand,
      ([requests, shuffled], priorityBand) => {
        const one = assignPriorities(requests, priorityBand);
        const other = assignPriorities(shuffled, priorityBand);
        expect(other.problems).toEqual(one.problems);
        expect(shuffled.map((each) => one.rules[requests.indexOf(each)])).toEqual(other.rules);
      },
    ),
  );
});

test("adding or removing endpoints never changes another's priority", () => {
  fc.assert(
    fc.property(
      endpoints.chain((requests) => fc.tuple(fc.constant(requests), fc.subarray(requests))),
      inBand,
      ([requests, some], priorityBand) => {
        const all = assignPriorities(requests, priorityBand).rules;
        const fewer = assignPriorities(some, priorityBand).rules;
        expect(fewer).toEqual(some.map((each) => all[requests.indexOf(each)]));
      },
    ),
  );
});

test("two endpoints whose hashes meet are both told, with one free number for the one whose target sorts last", () => {
  const [a, b] = meeting(2) as [number, number];
  const last = [a, b]
    .map((id) => `stack/Endpoint${id}`)
    .sort()
    .at(-1)!;
  const { rules, problems } = assignPriorities([endpoint(b), endpoint(a)], 0);
  expect(rules.map((rule) => rule.priority)).toEqual([priorityOf(a), priorityOf(a)]);
  const fix = `Set rulePriority: ${priorityOf(a) + 1} on ${last}; where that rule is deployed already, set the number on the new one instead`;
  const problem = { code: "SLIPWAY_E_RULE_PRIORITY_COLLISION", prop: "rulePriority", value: priorityOf(a), fix };
  expect(problems).toEqual(
    [
      {
        ...problem,
        path: `stack/Endpoint${a}`,
        message: `the listener rule of stack/Endpoint${b} has the same priority`,
      },
      {
        ...problem,
        path: `stack/Endpoint${b}`,
        message: `the listener rule of stack/Endpoint${a} has the same priority`,
      },
    ].sort((x, y) => (x.path < y.path ? -1 : 1)),
  );
});

test("three endpoints whose hashes meet get two numbers", () => {
  const requests = meeting(3).map((id) => endpoint(id));
  const { problems } = assignPriorities(requests, 0);
  expect(problems).toHaveLength(3);
  expect(problems[0]!.message).toMatch(/^the listener rule of stack\/\w+ and stack\/\w+ has the same priority$/);
  expect(assignPriorities(follow(requests, problems), 0).problems).toEqual([]);
});

test("the offered number works for either of the two, so a deployed rule need not move", () => {
  const [a, b] = meeting(2) as [number, number];
  const free = Number(/rulePriority: (\d+)/.exec(assignPriorities([endpoint(a), endpoint(b)], 0).problems[0]!.fix)![1]);
  expect(assignPriorities([endpoint(a, free), endpoint(b)], 0).problems).toEqual([]);
  expect(assignPriorities([endpoint(a), endpoint(b, free)], 0).problems).toEqual([]);
});

test("following every fix settles every collision at once", () => {
  fc.assert(
    fc.property(
      endpoints,
      fc.array(fc.tuple(fc.nat(59), fc.oneof(fc.integer({ min: 4801, max: 4820 }), fc.integer(), fc.double())), {
        maxLength: 8,
      }),
      (requests, byHand) => {
        const some = requests.map((each, i) => ({ ...each, rulePriority: byHand.find(([index]) => index === i)?.[1] }));
        const { problems } = assignPriorities(some, 0);
        expect(assignPriorities(follow(some, problems), 0).problems).toEqual([]);
      },
    ),
  );
});

test("of a hashed and a chosen priority that meet, the chosen one is the one to change", () => {
  const { problems } = assignPriorities([endpoint(1, priorityOf(2)), endpoint(2)], 0);
  expect(problems.map((problem) => problem.path)).toEqual(["stack/Endpoint1", "stack/Endpoint2"]);
  expect(problems[0]!.fix).toContain(`rulePriority: ${priorityOf(2) + 1} on stack/Endpoint1`);
});

test.each([0, 4800, 11551, 50_001, -1, 4801.5, Number.NaN, Number.POSITIVE_INFINITY])(
  "a chosen priority of %p is outside the range, which is told with the nearest free number",
  (rulePriority) => {
    const { problems } = assignPriorities([endpoint(1, rulePriority)], 0);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({
      code: "SLIPWAY_E_RULE_PRIORITY_RANGE",
      path: "stack/Endpoint1",
      value: rulePriority,
      message: "rules this specific have priorities 4801 to 11550 in this stack, integers only",
    });
    const { rulePriority: fixed } = follow([endpoint(1, rulePriority)], problems)[0]!;
    expect(assignPriorities([endpoint(1, fixed)], 0).problems).toEqual([]);
  },
);

test("a chosen priority just outside is sent to the nearest edge", () => {
  expect(assignPriorities([endpoint(1, 11551)], 0).problems[0]!.fix).toBe("Set rulePriority: 11550, or leave it out");
});

test("when a range is full, the fix is not a number", () => {
  const { first, last } = priorityRange("catch-all", 0);
  const catchAll = (id: number, rulePriority: number): RouteRequest => ({
    path: `stack/Any${id}`,
    target: `app/any-${id}`,
    conditions: { hosts: ["*"], paths: ["*", `/${id}`] },
    rulePriority,
  });
  const full = Array.from({ length: last - first + 1 }, (_, i) => catchAll(i, first + i));
  const { problems } = assignPriorities(
    [...full, { ...catchAll(100, first), conditions: { hosts: ["*"], paths: ["/*"] } }],
    0,
  );
  const collision = problems.find((problem) => problem.code === "SLIPWAY_E_RULE_PRIORITY_COLLISION");
  expect(collision!.fix).toBe(`Move endpoints to another Platform: all priorities from ${first} to ${last} are taken`);
});

test("two endpoints with one host are both told, and not of priorities as well", () => {
  const twin = { ...endpoint(1), path: "stack/Twin" };
  const { problems } = assignPriorities([twin, endpoint(1), endpoint(2)], 0);
  const problem = {
    code: "SLIPWAY_E_DUPLICATE_ROUTE",
    prop: "label",
    value: "acme--e1.example.com",
    fix: "Give each endpoint a label of its own",
  };
  expect(problems).toEqual([
    { ...problem, path: "stack/Endpoint1", message: "also taken by stack/Twin" },
    { ...problem, path: "stack/Twin", message: "also taken by stack/Endpoint1" },
  ]);
});

test("one host among several, in other letters, is a duplicate too; the same path on other hosts is none", () => {
  const over = (path: string, hosts: string[], paths: string[]) => ({
    path,
    target: `app/${path}`,
    conditions: { hosts, paths },
  });
  const codes = (...requests: RouteRequest[]) => assignPriorities(requests, 0).problems.map((problem) => problem.code);
  expect(codes(over("a", ["x.y", "Z.y"], []), over("b", ["z.y"], []))).toEqual(
    Array(2).fill("SLIPWAY_E_DUPLICATE_ROUTE"),
  );
  expect(codes(over("a", ["x.y"], ["/a"]), over("b", ["z.y"], ["/a"]))).toEqual([]);
  expect(codes(over("a", ["x.y"], ["/a"]), over("b", ["x.y"], []))).toEqual([]);
});

test("two endpoints with one path in path mode are told once each", () => {
  const conditions = { hosts: [], paths: ["/hello", "/hello/*"] };
  const { problems } = assignPriorities(
    [
      { path: "stack/A", target: "app/a", conditions },
      { path: "stack/B", target: "app/b", conditions },
    ],
    0,
  );
  expect(problems.map(({ path, value }) => [path, value])).toEqual([
    ["stack/A", "/hello"],
    ["stack/B", "/hello"],
  ]);
});

test("a host that ALB could not compare is told with the other problems", () => {
  const [problem] = assignPriorities(
    [{ ...endpoint(1), conditions: { hosts: ["a".repeat(129)], paths: [] } }],
    0,
  ).problems;
  expect(problem).toMatchObject({ code: "SLIPWAY_E_CONDITION_TOO_LONG", path: "stack/Endpoint1" });
});
