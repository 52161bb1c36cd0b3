import { fargateMonthlyCost } from "./prices";

/** A size of task that Fargate sells. 1024 cpu units are one vCPU. */
export interface FargateSize {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
}

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html */
const MEMORY_BY_CPU: ReadonlyMap<number, readonly number[]> = new Map([
  [256, [512, 1024, 2048]],
  [512, gibSteps(1, 4, 1)],
  [1024, gibSteps(2, 8, 1)],
  [2048, gibSteps(4, 16, 1)],
  [4096, gibSteps(8, 30, 1)],
  [8192, gibSteps(16, 60, 4)],
  [16384, gibSteps(32, 120, 8)],
]);

/** Every size for Linux tasks, by cpu, then memory. */
export const FARGATE_SIZES: readonly FargateSize[] = [...MEMORY_BY_CPU].flatMap(([cpuUnits, sizes]) =>
  sizes.map((memoryMiB) => ({ cpuUnits, memoryMiB })),
);

export function isFargateSize(cpuUnits: number, memoryMiB: number): boolean {
  return MEMORY_BY_CPU.get(cpuUnits)?.includes(memoryMiB) ?? false;
}

/** The cheapest size with at least this cpu and memory; undefined beyond 16 vCPU or 120 GiB. */
export function smallestFargateSizeHolding(cpuUnits: number, memoryMiB: number): FargateSize | undefined {
  const holding = FARGATE_SIZES.filter((size) => size.cpuUnits >= cpuUnits && size.memoryMiB >= memoryMiB);
  return holding.reduce<FargateSize | undefined>(
    (best, size) => (best && price(best) <= price(size) ? best : size),
    undefined,
  );
}

/**
 * What to offer in place of a pair that Fargate does not sell: first the dearest size with no more cpu and no more
 * memory than asked, then the cheapest with no less of either. Both are the size itself when it is sold; either is
 * undefined when nothing sold is as small, or as large.
 */
export function nearestFargateSizes(
  cpuUnits: number,
  memoryMiB: number,
): [below: FargateSize | undefined, above: FargateSize | undefined] {
  const within = FARGATE_SIZES.filter((size) => size.cpuUnits <= cpuUnits && size.memoryMiB <= memoryMiB);
  const below = within.reduce<FargateSize | undefined>(
    (best, size) => (best && price(best) >= price(size) ? best : size),
    undefined,
  );
  return [below, smallestFargateSizeHolding(cpuUnits, memoryMiB)];
}

function price(size: FargateSize): number {
  return fargateMonthlyCost({ ...size, architecture: "x86_64", count: 1 });
}

function gibSteps(first: number, last: number, step: number): number[] {
  return Array.from({ length: (last - first) / step + 1 }, (_, i) => (first + i * step) * 1024);
}
