import fc from "fast-check";
import { webScaling } from "../../../lib/scaling";

const LOAD = {
  namespace: "Slipway",
  metricName: "Load",
  statistic: "Average",
  dimensions: { Platform: "acme", App: "hello", Function: "greet" },
};
const COOLDOWN = { scaleOutCooldown: 30, scaleInCooldown: 300 };

const scaling = (minContainers: number, maxContainers: number, targetInputs = 70) =>
  webScaling({ minContainers, maxContainers, concurrency: { targetInputs } }, LOAD);

test("a service of fixed size has no policy", () => {
  expect(scaling(3, 3)).toEqual({ min: 3, max: 3, policies: [] });
});

test("a service holds what each container has on its hands at targetInputs, and its CPU below 60 %, quickly out and slowly in", () => {
  expect(scaling(1, 10, 14)).toEqual({
    min: 1,
    max: 10,
    policies: [
      { name: "load", metric: LOAD, target: 14, ...COOLDOWN },
      { name: "cpu", metric: "ECSServiceAverageCPUUtilization", target: 60, ...COOLDOWN },
    ],
  });
});

test("every policy is one that Application Auto Scaling takes: whole seconds, a target above zero, a CPU share below 100", () => {
  const containers = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(containers, containers, fc.integer({ min: 1, max: 1000 }), (a, b, targetInputs) => {
      const { policies } = scaling(Math.min(a, b), Math.max(a, b), targetInputs);
      expect(policies).toHaveLength(a === b ? 0 : 2);
      for (const { name, target, scaleInCooldown, scaleOutCooldown } of policies) {
        expect(target).toBeGreaterThan(0);
        if (name === "cpu") expect(target).toBeLessThan(100);
        expect([scaleInCooldown, scaleOutCooldown].every(Number.isInteger)).toBe(true);
      }
    }),
  );
});
