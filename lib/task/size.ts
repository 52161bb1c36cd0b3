import { isFargateSize, smallestFargateSizeHolding } from "../catalog";
import { formatMiB } from "../spec/values";

/** What the gateway gets of a task: CPU as shares, which bind only under contention, and memory as a reservation. */
export const GATEWAY_SHARE = { cpuUnits: 64, memoryMiB: 128 } as const;

export interface TaskSize {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** Why the task is as large as it is. */
  readonly explanation: string;
}

/**
 * The cheapest task that holds an app of this size and the gateway: the next memory that Fargate sells with the app's cpu, or, where
 * the app has the largest of these already, the next cpu.
 */
export function taskSize({ cpuUnits, memoryMiB }: { cpuUnits: number; memoryMiB: number }): TaskSize {
  const wanted = memoryMiB + GATEWAY_SHARE.memoryMiB;
  const size = smallestFargateSizeHolding(cpuUnits, wanted) ?? { cpuUnits, memoryMiB };
  const sum = `app ${formatMiB(memoryMiB)} + gateway ${formatMiB(GATEWAY_SHARE.memoryMiB)}`;
  const how = isFargateSize(cpuUnits, wanted)
    ? ""
    : size.memoryMiB > wanted
      ? ", the next size that Fargate sells"
      : ", the largest that Fargate sells";
  return { ...size, explanation: `${size.cpuUnits / 1024} vCPU, ${formatMiB(size.memoryMiB)}: ${sum}${how}` };
}
