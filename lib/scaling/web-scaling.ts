/** A metric of CloudWatch's that is not one of Application Auto Scaling's own. */
export interface LoadMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly statistic: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** A target-tracking policy as Application Auto Scaling names things. */
export interface TargetTracking {
  readonly name: "load" | "cpu";
  /** One of its own by name, or any other in full. */
  readonly metric: "ECSServiceAverageCPUUtilization" | LoadMetric;
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

/** Leaves room for the minutes that a new task needs to start. */
const CPU_PERCENT = 60;

/** Fast out, slow in: a task that was stopped too early costs more than one that runs five minutes too long. */
const COOLDOWN = { scaleOutCooldown: 30, scaleInCooldown: 300 } as const;

/**
 * How a web service follows its load; none when its size is fixed.
 *
 * `load` is what a container has on its hands: requests at the app and waiting for it, which each gateway samples all the time and
 * reports every 10 s as the average since. The mean over all reports of a minute is therefore one container's, and it is held at
 * `targetInputs`: with twice the containers it is half as large, which is what target tracking needs of a metric. Unlike a rate of
 * requests it means the same for an app that takes 5 ms and for one that takes a minute, it counts WebSockets as long as they are
 * open, and it goes on growing when every place is taken. CPU is a policy of its own, for an app whose few requests are heavy:
 * the service grows by whichever asks for more, and shrinks only when both agree.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
 */
export function webScaling(
  spec: {
    readonly minContainers: number;
    readonly maxContainers: number;
    readonly concurrency: { readonly targetInputs: number };
  },
  load: LoadMetric,
): WebScaling {
  const { minContainers: min, maxContainers: max, concurrency } = spec;
  if (min === max) return { min, max, policies: [] };
  return {
    min,
    max,
    policies: [
      { name: "load", metric: load, target: concurrency.targetInputs, ...COOLDOWN },
      { name: "cpu", metric: "ECSServiceAverageCPUUtilization", target: CPU_PERCENT, ...COOLDOWN },
    ],
  };
}
