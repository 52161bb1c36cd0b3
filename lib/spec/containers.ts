import type { Report } from "./parse";
import { integer } from "./values";

export interface ScalingOptions {
  /**
   * Containers that always run, 1 to 5000.
   * @default 1
   */
  readonly minContainers?: number;
  /**
   * Containers at the most, 1 to 5000.
   * @default 10, or minContainers if that is more
   */
  readonly maxContainers?: number;
}

export const MOST_CONTAINERS = 5000;

const DEFAULT_MOST = 10;

export const maxContainers = integer({ min: 1, max: MOST_CONTAINERS }).optional();

export function mostContainers({ minContainers, maxContainers }: { minContainers: number; maxContainers?: number }) {
  return maxContainers ?? Math.max(DEFAULT_MOST, minContainers);
}

export function checkContainers(
  { minContainers, maxContainers }: { minContainers?: unknown; maxContainers?: unknown },
  report: Report,
) {
  if (typeof minContainers !== "number" || typeof maxContainers !== "number" || maxContainers >= minContainers) return;
  report({
    prop: "maxContainers",
    value: maxContainers,
    message: `is below minContainers, ${minContainers}`,
    fix: `Use ${minContainers} or more`,
  });
}
