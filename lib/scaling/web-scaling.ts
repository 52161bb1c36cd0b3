/** A target-tracking policy as Application Auto Scaling names things. */
export interface TargetTracking {
  readonly name: "requests" | "cpu";
  readonly metric: "ALBRequestCountPerTarget" | "ECSServiceAverageCPUUtilization";
  readonly target: number;
  /** Seconds. */
  readonly scaleOutCooldown: number;
  /** Seconds. */
  readonly scaleInCooldown: number;
}

export interface WebScaling {
  readonly min: number;
  readonly max: number;
  readonly policies: readonly TargetTracking[];
}

/**
 * A minute's requests that one container of one vCPU is planned for: answering one at a time, 50 ms each, 70 % busy, is
 * 60 s / 0.05 s x 0.7 = 840. Slower handlers are caught by the CPU policy: the service grows by whichever asks for more.
 */
const REQUESTS_PER_VCPU_MINUTE = 840;

/** Leaves room for the minutes that a new task needs to start. */
const CPU_PERCENT = 60;

/** Fast out, slow in: a task that was stopped too early costs more than one that runs five minutes too long. */
const COOLDOWN = { scaleOutCooldown: 30, scaleInCooldown: 300 } as const;

/** How a web service follows its load; none when its size is fixed. */
export function webScaling(spec: { minContainers: number; maxContainers: number; cpuUnits: number }): WebScaling {
  const { minContainers: min, maxContainers: max, cpuUnits } = spec;
  if (min === max) return { min, max, policies: [] };
  const requests = Math.max(1, Math.round((cpuUnits / 1024) * REQUESTS_PER_VCPU_MINUTE));
  return {
    min,
    max,
    policies: [
      { name: "requests", metric: "ALBRequestCountPerTarget", target: requests, ...COOLDOWN },
      { name: "cpu", metric: "ECSServiceAverageCPUUtilization", target: CPU_PERCENT, ...COOLDOWN },
    ],
  };
}
