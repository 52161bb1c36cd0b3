import fc from "fast-check";
import { FARGATE_SIZES, fargateMonthlyCost, isFargateSize } from "../../../lib/catalog";
import { GATEWAY_SHARE, taskSize } from "../../../lib/task";

const anySize = fc.constantFrom(...FARGATE_SIZES);
const cost = (size: { cpuUnits: number; memoryMiB: number }) =>
  fargateMonthlyCost({ cpuUnits: size.cpuUnits, memoryMiB: size.memoryMiB, architecture: "x86_64", count: 1 });

test("every task is of a size that Fargate sells, and holds app and gateway wherever one does", () => {
  fc.assert(
    fc.property(anySize, (app) => {
      const task = taskSize(app);
      const wanted = app.memoryMiB + GATEWAY_SHARE.memoryMiB;
      const holding = FARGATE_SIZES.filter((size) => size.cpuUnits >= app.cpuUnits && size.memoryMiB >= wanted);
      expect(isFargateSize(task.cpuUnits, task.memoryMiB)).toBe(true);
      if (holding.length === 0) expect(task).toMatchObject(app);
      else {
        expect(task.memoryMiB).toBeGreaterThanOrEqual(wanted);
        expect(task.cpuUnits).toBeGreaterThanOrEqual(app.cpuUnits);
        expect(cost(task)).toBe(Math.min(...holding.map(cost)));
      }
    }),
  );
});

test.each([
  [512, 1024, "0.5 vCPU, 2 GiB: app 1 GiB + gateway 128 MiB, the next size that Fargate sells"],
  [256, 2048, "0.5 vCPU, 3 GiB: app 2 GiB + gateway 128 MiB, the next size that Fargate sells"],
  [16384, 122880, "16 vCPU, 120 GiB: app 120 GiB + gateway 128 MiB, the largest that Fargate sells"],
])("an app of %i cpu units and %i MiB gets %p", (cpuUnits, memoryMiB, explanation) => {
  expect(taskSize({ cpuUnits, memoryMiB }).explanation).toBe(explanation);
});
