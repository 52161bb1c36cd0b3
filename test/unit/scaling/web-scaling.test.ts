import fc from "fast-check";
import { webScaling } from "../../../lib/scaling";

test("a service of fixed size has no policy", () => {
  expect(webScaling({ minContainers: 3, maxContainers: 3, cpuUnits: 512 })).toEqual({ min: 3, max: 3, policies: [] });
});

test("a service grows by requests and by CPU, quickly out and slowly in", () => {
  expect(webScaling({ minContainers: 1, maxContainers: 10, cpuUnits: 1024 })).toEqual({
    min: 1,
    max: 10,
    policies: [
      { name: "requests", metric: "ALBRequestCountPerTarget", target: 840, scaleOutCooldown: 30, scaleInCooldown: 300 },
      {
        name: "cpu",
        metric: "ECSServiceAverageCPUUtilization",
        target: 60,
        scaleOutCooldown: 30,
        scaleInCooldown: 300,
      },
    ],
  });
});

test("a container is planned for requests in proportion to its cpu, and for one at the least", () => {
  const requests = (cpuUnits: number) =>
    webScaling({ minContainers: 1, maxContainers: 2, cpuUnits }).policies[0]!.target;
  expect([256, 512, 2048, 16384].map(requests)).toEqual([210, 420, 1680, 13440]);
  expect(requests(1)).toBe(1);
});

test("every policy is one that Application Auto Scaling takes: whole seconds, a target above zero, a CPU share below 100", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 1, max: 5000 }),
      fc.constantFrom(256, 512, 16384),
      (a, b, cpuUnits) => {
        const { policies } = webScaling({ minContainers: Math.min(a, b), maxContainers: Math.max(a, b), cpuUnits });
        expect(policies).toHaveLength(a === b ? 0 : 2);
        for (const { name, target, scaleInCooldown, scaleOutCooldown } of policies) {
          expect(target).toBeGreaterThan(0);
          if (name === "cpu") expect(target).toBeLessThan(100);
          expect([scaleInCooldown, scaleOutCooldown].every(Number.isInteger)).toBe(true);
        }
      },
    ),
  );
});
