import type { CloudwatchMetricAlarmConfig } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm";
import type { EcsService } from "@cdktf/provider-aws/lib/ecs-service";
import type { AlarmPlan } from "../../../lib/monitoring";
import { kebabCase } from "../../../lib/naming";

interface AlarmOptions<Id extends string> {
  readonly plans: readonly AlarmPlan<Id>[];
  /** Prefix of the alarms' names. */
  readonly name: string;
  readonly topicArn?: string;
  readonly service: EcsService;
  readonly tags: Record<string, string>;
}

/** CloudWatch alarms that notify the platform's topic, on alarm and when it is over. */
export function makeAlarms<Id extends string>(
  make: (name: `${Id}Alarm`, config: CloudwatchMetricAlarmConfig) => unknown,
  { plans, name, topicArn, service, tags }: AlarmOptions<Id>,
): void {
  const notify = topicArn ? { alarmActions: [topicArn], okActions: [topicArn] } : {};
  for (const plan of plans) {
    const [metric] = plan.metrics;
    make(`${plan.id}Alarm`, {
      alarmName: `${name}-${kebabCase(plan.id)}`,
      alarmDescription: plan.description,
      comparisonOperator: plan.comparison,
      threshold: plan.threshold,
      evaluationPeriods: plan.evaluationPeriods,
      treatMissingData: plan.treatMissingData,
      ...(plan.expression ? { metricQuery: metricQueries(plan, plan.expression) } : singleMetric(plan, metric!)),
      ...notify,
      tags,
      // While the first tasks start, and after the last stopped, there are no healthy containers, and that is no alarm.
      dependsOn: [service],
    });
  }
}

function singleMetric(
  { period }: AlarmPlan,
  { namespace, metricName, statistic, dimensions }: AlarmPlan["metrics"][number],
) {
  const percentile = statistic.startsWith("p") ? { extendedStatistic: statistic } : { statistic };
  return { namespace, metricName, period, dimensions: { ...dimensions }, ...percentile };
}

function metricQueries({ metrics, period, description }: AlarmPlan, expression: string) {
  const inputs = metrics.map(({ namespace, metricName, statistic, dimensions }, index) => ({
    id: `m${index + 1}`,
    metric: { namespace, metricName, period, stat: statistic, dimensions: { ...dimensions } },
  }));
  return [{ id: "result", expression, label: description, returnData: true }, ...inputs];
}
