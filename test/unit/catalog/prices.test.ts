import { fargateMonthlyCost, PRICES } from "../../../lib/catalog";

test("a task of 1 vCPU and 2 GiB costs 36.04 dollars a month on x86_64, and a fifth less on arm64", () => {
  const task = { cpuUnits: 1024, memoryMiB: 2048, count: 1 };
  expect(fargateMonthlyCost({ ...task, architecture: "x86_64" })).toBeCloseTo(36.0401, 4);
  expect(fargateMonthlyCost({ ...task, architecture: "arm64" })).toBeCloseTo(28.835, 3);
});

test("every running task costs, and none costs nothing", () => {
  const task = { cpuUnits: 256, memoryMiB: 512, architecture: "x86_64" } as const;
  expect(fargateMonthlyCost({ ...task, count: 3 })).toBeCloseTo(3 * fargateMonthlyCost({ ...task, count: 1 }), 10);
  expect(fargateMonthlyCost({ ...task, count: 0 })).toBe(0);
});

test("ephemeral storage costs only beyond the 20 GiB that every task has", () => {
  const task = { cpuUnits: 256, memoryMiB: 512, architecture: "x86_64", count: 1 } as const;
  const plain = fargateMonthlyCost(task);
  expect(fargateMonthlyCost({ ...task, ephemeralGiB: 20 })).toBe(plain);
  expect(fargateMonthlyCost({ ...task, ephemeralGiB: 120 }) - plain).toBeCloseTo(100 * 0.000111 * 730, 10);
});

test("prices carry the day they were looked up", () => {
  expect(PRICES.asOf).toMatch(/^\d{4}-\d{2}-\d{2}$/);
});
