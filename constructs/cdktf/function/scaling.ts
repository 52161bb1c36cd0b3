import type { AppautoscalingTarget } from "@cdktf/provider-aws/lib/appautoscaling-target";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { BacklogTracking, LoadMetric, MetricExpression, QueueScaling, StepPlan } from "../../../lib/scaling";
import type { ResourceMaker } from "../engine/resource-maker";
import type { FunctionResourceTable } from "./resources";

interface ScalingOptions {
  readonly plan: QueueScaling;
  readonly target: string;
  readonly clusterName: string;
  readonly service: EcsService;
  /** Prefix of the alarms' names. */
  readonly name: string;
  readonly tags: Record<string, string>;
}

const PERIOD = 60;

/** Application Auto Scaling by what is in the queue, and the alarms that carry out its steps. */
export function makeScaling(
  maker: ResourceMaker<FunctionResourceTable>,
  { plan, target: fn, clusterName, service, name, tags }: ScalingOptions,
): void {
  if (!plan.backlog && plan.steps.length === 0) return;
  const target = maker.make("scalingTarget", {
    serviceNamespace: "ecs",
    scalableDimension: "ecs:service:DesiredCount",
    resourceId: `service/${clusterName}/${service.name}`,
    minCapacity: plan.min,
    maxCapacity: plan.max,
  });
  if (plan.backlog) {
    maker.make("backlogScaling", {
      ...scaled(target, "backlog"),
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: tracking(plan.backlog),
    });
  }
  for (const step of plan.steps) {
    const policy = maker.make(`${step.name}Scaling`, {
      ...scaled(target, step.name),
      policyType: "StepScaling",
      stepScalingPolicyConfiguration: stepping(step),
    });
    maker.make(`${step.name}Alarm`, {
      alarmName: `${name}-${step.name}`,
      alarmDescription: `${fn}: ${step.description}. It scales, and is no fault`,
      comparisonOperator: step.comparison,
      threshold: step.threshold,
      evaluationPeriods: step.periods,
      treatMissingData: "notBreaching",
      metricQuery: [
        { id: "result", expression: step.when.expression, label: step.description, returnData: true },
        ...Object.entries(step.when.metrics).map(([id, { namespace, metricName, statistic, dimensions }]) => ({
          id,
          metric: { namespace, metricName, period: PERIOD, stat: statistic, dimensions: { ...dimensions } },
        })),
      ],
      alarmActions: [policy.arn],
      tags,
    });
  }
}

function scaled({ serviceNamespace, scalableDimension, resourceId }: AppautoscalingTarget, name: string) {
  return { name, serviceNamespace, scalableDimension, resourceId };
}

function tracking({ metric, target, scaleInCooldown, scaleOutCooldown }: BacklogTracking) {
  return {
    targetValue: target,
    scaleInCooldown,
    scaleOutCooldown,
    customizedMetricSpecification: { metrics: metricQueries(metric) },
  };
}

function stepping({ adjustment, cooldown, comparison }: StepPlan) {
  // One step, on the side of the threshold that the alarm is about.
  const bound = comparison.startsWith("Greater") ? "metricIntervalLowerBound" : "metricIntervalUpperBound";
  return {
    adjustmentType: adjustment.type,
    cooldown,
    metricAggregationType: "Maximum",
    stepAdjustment: [{ [bound]: "0", scalingAdjustment: adjustment.amount }],
  };
}

function metricQueries({ metrics, expression }: MetricExpression) {
  return [
    ...Object.entries(metrics).map(([id, metric]) => ({ id, returnData: false, metricStat: metricStat(metric) })),
    { id: "result", expression, label: "calls per container", returnData: true },
  ];
}

function metricStat({ namespace, metricName, statistic, dimensions }: LoadMetric) {
  return {
    metric: {
      namespace,
      metricName,
      dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
    },
    stat: statistic,
  };
}
