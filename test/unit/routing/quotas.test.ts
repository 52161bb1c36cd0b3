import { countQuotas } from "../../../lib/routing";

test("a few endpoints on a load balancer are nobody's concern", () => {
  expect(countQuotas({ rules: 79, targetGroups: 79, certificates: 19 })).toEqual({ warnings: [], problems: [] });
});

test("from 80 % of a quota there is a warning, and at 100 % still only that", () => {
  expect(countQuotas({ rules: 80, targetGroups: 100, certificates: 20 })).toEqual({
    warnings: [
      "80 of 100 listener rules on one load balancer: beyond 100 a second Platform is needed",
      "100 of 100 target groups on one load balancer: beyond 100 a second Platform is needed",
      "20 of 25 certificates on one load balancer: beyond 25 a second Platform is needed",
    ],
    problems: [],
  });
});

test.each([
  [{ rules: 101, targetGroups: 0, certificates: 0 }, "rules", "101 of 100 listener rules on one load balancer"],
  [{ rules: 0, targetGroups: 101, certificates: 0 }, "targetGroups", "101 of 100 target groups on one load balancer"],
  [{ rules: 0, targetGroups: 0, certificates: 26 }, "certificates", "26 of 25 certificates on one load balancer"],
])("beyond a quota the stack is refused: %j", (counts, prop, message) => {
  const { warnings, problems } = countQuotas(counts);
  expect(warnings).toEqual([]);
  expect(problems).toMatchObject([
    { code: "SLIPWAY_E_QUOTA", prop, message, fix: expect.stringContaining("second Platform") },
  ]);
});
