import type { LoadMetric } from "./web-scaling";

/** Some metrics under letters, and what an expression of CloudWatch's metric math makes of them. */
export interface MetricExpression {
  readonly metrics: Readonly<Record<string, LoadMetric>>;
  readonly expression: string;
}

/** A step-scaling policy, and the alarm that carries it out, again each minute while it lasts. */
export interface StepPlan {
  readonly name: "wake" | "sleep";
  readonly description: string;
  readonly when: MetricExpression;
  readonly comparison: "GreaterThanOrEqualToThreshold" | "LessThanOrEqualToThreshold";
  readonly threshold: number;
  /** Minutes in a row. */
  readonly periods: number;
  readonly adjustment: { readonly type: "ChangeInCapacity" | "ExactCapacity"; readonly amount: number };
  /** Seconds. */
  readonly cooldown: number;
}

export interface BacklogTracking {
  readonly metric: MetricExpression;
  readonly target: number;
  /** Seconds. */
  readonly scaleOutCooldown: number;
  /** Seconds. */
  readonly scaleInCooldown: number;
}

export interface QueueScaling {
  readonly min: number;
  readonly max: number;
  readonly backlog?: BacklogTracking;
  readonly steps: readonly StepPlan[];
}

/** What CloudWatch knows of a function. Every one a value a minute. */
export interface QueueMetrics {
  readonly visible: LoadMetric;
  readonly inFlight: LoadMetric;
  readonly delayed: LoadMetric;
  /** Running tasks; nothing at all is reported of a service that has none. */
  readonly tasks: LoadMetric;
}

/** Fast out, slow in: who is working is protected anyhow, and a container kept for five minutes is cheaper than a start. */
const COOLDOWN = { scaleOutCooldown: 60, scaleInCooldown: 300 } as const;

/** Longer than metrics are late: until then they tell of before the step. */
const STEP_COOLDOWN = 180;

/** The control service starts a container within seconds, and CloudWatch sees it running two minutes later at the most. */
const WAKE_PERIODS = 3;

const IS_RUNNING = "FILL(tasks, 0) > 0";
const MINUTE = 60;

/**
 * How a function's service follows its queue. Each message is a call, one that waits (visible), one that is worked on (in flight), or one
 * that is held back until its retry (delayed).
 *
 * `backlog` is 1..N: calls for each container, held at `targetInputs`. With no container there is nothing to divide by, so the
 * expression is then the calls themselves. Target tracking does not reach every corner: below its target it would start nobody from 0, so
 * `wake` adds one where calls have met no container for three minutes, which is the control service's work and this its stand-in. It
 * adds, and sets nothing: a service that has begun to grow must not shrink to 1.
 *
 * `sleep` stops all once containers have had nothing, running, waiting or held back, for as long as the window. It says nothing of a
 * service without containers, or its alarm would last all night and stop the next container before it has a call.
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html
 */
export function queueScaling(
  spec: {
    readonly minContainers: number;
    readonly maxContainers: number;
    /** Seconds. */
    readonly scaledownWindow: number;
    readonly concurrency: { readonly targetInputs: number };
  },
  { visible, inFlight, delayed, tasks }: QueueMetrics,
): QueueScaling {
  const { minContainers: min, maxContainers: max, concurrency, scaledownWindow } = spec;
  const backlog: BacklogTracking = {
    metric: {
      metrics: { visible, inFlight, delayed, tasks },
      expression: `IF(${IS_RUNNING}, (visible + inFlight + delayed) / tasks, visible + inFlight)`,
    },
    target: concurrency.targetInputs,
    ...COOLDOWN,
  };
  const wake: StepPlan = {
    name: "wake",
    description: `calls have waited for ${WAKE_PERIODS} minutes, and there is no container`,
    when: { metrics: { visible, inFlight, tasks }, expression: `IF(${IS_RUNNING}, 0, visible + inFlight)` },
    comparison: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    periods: WAKE_PERIODS,
    adjustment: { type: "ChangeInCapacity", amount: 1 },
    cooldown: STEP_COOLDOWN,
  };
  const sleep: StepPlan = {
    name: "sleep",
    description: "containers have had no call for as long as scaledownWindow",
    when: {
      metrics: { visible, inFlight, delayed, tasks },
      expression: `IF(${IS_RUNNING}, visible + inFlight + delayed, 1)`,
    },
    comparison: "LessThanOrEqualToThreshold",
    threshold: 0,
    periods: Math.ceil(scaledownWindow / MINUTE),
    adjustment: { type: "ExactCapacity", amount: 0 },
    cooldown: STEP_COOLDOWN,
  };
  return {
    min,
    max,
    ...(max > Math.max(1, min) ? { backlog } : {}),
    steps: min === 0 ? [wake, sleep] : [],
  };
}

/** Alarms are paid for by the metrics that they look at; target tracking makes two of its own. */
export function alarmMetrics({ backlog, steps }: QueueScaling): number {
  const ofBacklog = backlog ? 2 * Object.keys(backlog.metric.metrics).length : 0;
  return steps.reduce((sum, { when }) => sum + Object.keys(when.metrics).length, ofBacklog);
}
