import fc from "fast-check";
import {
  FARGATE_SIZES,
  fargateMonthlyCost,
  isFargateSize,
  nearestFargateSizes,
  smallestFargateSizeHolding,
} from "../../../lib/catalog";

const cpuUnits = fc.oneof(
  fc.integer({ min: 0, max: 20_000 }),
  fc.constantFrom(256, 512, 1024, 2048, 4096, 8192, 16384),
);
const memoryMiB = fc.oneof(
  fc.integer({ min: 0, max: 130_000 }),
  fc.integer({ min: 0, max: 127 }).map((gib) => gib * 1024),
);

const cost = (size: (typeof FARGATE_SIZES)[number]) =>
  fargateMonthlyCost({ ...size, architecture: "x86_64", count: 1 });

const memoryWith = (cpu: number) =>
  FARGATE_SIZES.filter(({ cpuUnits }) => cpuUnits === cpu).map((size) => size.memoryMiB);

test("Fargate sells 74 sizes of Linux tasks", () => {
  const perCpu = [256, 512, 1024, 2048, 4096, 8192, 16384].map((cpu) => memoryWith(cpu).length);
  expect(perCpu).toEqual([3, 4, 7, 13, 23, 12, 12]);
  expect(FARGATE_SIZES).toHaveLength(74);
});

test.each([
  [256, 512],
  [256, 2048],
  [512, 4096],
  [1024, 2048],
  [4096, 30720],
  [8192, 61440],
  [16384, 122880],
])("%i cpu units with %i MiB are sold", (cpu, memory) => {
  expect(isFargateSize(cpu, memory)).toBe(true);
});

test.each([
  [256, 1536],
  [256, 3072],
  [512, 512],
  [8192, 17408],
  [16384, 36864],
  [32768, 65536],
  [0, 0],
  [Number.NaN, 512],
])("%i cpu units with %i MiB are not sold", (cpu, memory) => {
  expect(isFargateSize(cpu, memory)).toBe(false);
});

test("what memory comes with an amount of cpu is known, and nothing for a cpu that is not sold", () => {
  expect(memoryWith(512)).toEqual([1024, 2048, 3072, 4096]);
  expect(memoryWith(300)).toEqual([]);
});

test.each([
  [512, 8192, [512, 4096], [1024, 8192]],
  [4096, 2048, [1024, 2048], [4096, 8192]],
  [256, 1500, [256, 1024], [256, 2048]],
  [8192, 20000, [8192, 16384], [8192, 20480]],
])("for %i cpu units with %i MiB the nearest sizes are %j and %j", (cpu, memory, below, above) => {
  expect(nearestFargateSizes(cpu, memory)).toEqual([
    { cpuUnits: below[0], memoryMiB: below[1] },
    { cpuUnits: above[0], memoryMiB: above[1] },
  ]);
});

test("a size that is sold is its own nearest, on both sides", () => {
  for (const size of FARGATE_SIZES) expect(nearestFargateSizes(size.cpuUnits, size.memoryMiB)).toEqual([size, size]);
});

test("below the smallest and above the largest size there is nothing to offer", () => {
  expect(nearestFargateSizes(128, 512)).toEqual([undefined, { cpuUnits: 256, memoryMiB: 512 }]);
  expect(nearestFargateSizes(16384, 131072)).toEqual([{ cpuUnits: 16384, memoryMiB: 122880 }, undefined]);
  expect(smallestFargateSizeHolding(Number.POSITIVE_INFINITY, 512)).toBeUndefined();
});

test("no sold size that holds the request is cheaper than the one above, none within it dearer than the one below", () => {
  fc.assert(
    fc.property(cpuUnits, memoryMiB, (cpu, memory) => {
      const [below, above] = nearestFargateSizes(cpu, memory);
      const holding = FARGATE_SIZES.filter((size) => size.cpuUnits >= cpu && size.memoryMiB >= memory);
      const within = FARGATE_SIZES.filter((size) => size.cpuUnits <= cpu && size.memoryMiB <= memory);
      expect(above && cost(above)).toBe(holding.length === 0 ? undefined : Math.min(...holding.map(cost)));
      expect(below && cost(below)).toBe(within.length === 0 ? undefined : Math.max(...within.map(cost)));
      if (above) expect(holding).toContainEqual(above);
      if (below) expect(within).toContainEqual(below);
    }),
  );
});

test("the cheapest size that holds a request also has the least cpu and, with it, the least memory", () => {
  fc.assert(
    fc.property(cpuUnits, memoryMiB, (cpu, memory) => {
      const first = [...FARGATE_SIZES]
        .sort((a, b) => a.cpuUnits - b.cpuUnits || a.memoryMiB - b.memoryMiB)
        .find((size) => size.cpuUnits >= cpu && size.memoryMiB >= memory);
      expect(smallestFargateSizeHolding(cpu, memory)).toEqual(first);
    }),
  );
});
