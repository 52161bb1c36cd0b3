import fc from "fast-check";
import type { ListenerRule, RouteRequest, RuleConditions } from "../../../lib/routing";

/** Few letters, so that patterns and requests meet often. */
export const hostPattern = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "B", ".", "*", "?"), minLength: 1, maxLength: 8 }),
  fc.constantFrom("a.b", "A.b", "*.b", "a.?", "*"),
);
export const pathPattern = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "B", "/", "*", "?"), maxLength: 7 }).map((rest) => `/${rest}`),
  fc.constantFrom("/", "/*", "/a", "/a/*", "*"),
);
export const conditions: fc.Arbitrary<RuleConditions> = fc.record({
  hosts: fc.array(hostPattern, { maxLength: 3 }),
  paths: fc.array(pathPattern, { maxLength: 2 }),
});
export const rules: fc.Arbitrary<ListenerRule[]> = fc
  .uniqueArray(fc.integer({ min: 1, max: 50_000 }), { maxLength: 8 })
  .chain((priorities) =>
    fc.tuple(
      ...priorities.map((priority) => conditions.map((each) => ({ ...each, priority, target: `t/${priority}` }))),
    ),
  );
export const request = fc.record({
  host: fc
    .tuple(
      fc.string({ unit: fc.constantFrom("a", "b", "B", "."), minLength: 1, maxLength: 8 }),
      fc.constantFrom("", ":8080"),
    )
    .map((parts) => parts.join("")),
  path: fc
    .tuple(
      fc.string({ unit: fc.constantFrom("a", "b", "B", "/", "%2F"), maxLength: 8 }),
      fc.constantFrom("", "?", "?a=/B", "?/a?b"),
    )
    .map(([path, query]) => `/${path}${query}`),
});

/** Endpoints as a stack makes them: one host each, or path mode's two paths; no two for one place. */
export const endpoints: fc.Arbitrary<RouteRequest[]> = fc
  .uniqueArray(fc.record({ id: fc.integer({ min: 0, max: 5000 }), inPathMode: fc.boolean() }), {
    maxLength: 60,
    selector: ({ id }) => id,
  })
  .map((all) =>
    all.map(({ id, inPathMode }) => ({
      path: `stack/Endpoint${id}`,
      target: `app/endpoint-${id}`,
      conditions: inPathMode
        ? { hosts: [], paths: [`/e${id}`, `/e${id}/*`] }
        : { hosts: [`acme--e${id}.example.com`], paths: [] },
    })),
  );
