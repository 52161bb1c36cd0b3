import type { AlarmPlan } from "./alarms";
import type { MetricRef } from "./metrics";

/** What identifies a function in CloudWatch. Values may be known only after apply. */
export interface FunctionDimensions {
  readonly queue: string;
  readonly deadLetters: string;
  readonly cluster: string;
  readonly service: string;
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
function queueMetric(metricName: string, queue: string): MetricRef {
  return { namespace: "AWS/SQS", metricName, statistic: "Maximum", dimensions: { QueueName: queue } };
}

/** How many calls a function has, and how many containers. */
export function functionMetrics({ queue, cluster, service }: FunctionDimensions, containerInsights: boolean) {
  const ofService = { ClusterName: cluster, ServiceName: service };
  return {
    visible: queueMetric("ApproximateNumberOfMessagesVisible", queue),
    inFlight: queueMetric("ApproximateNumberOfMessagesNotVisible", queue),
    delayed: queueMetric("ApproximateNumberOfMessagesDelayed", queue),
    tasks: containerInsights
      ? {
          namespace: "ECS/ContainerInsights",
          metricName: "RunningTaskCount",
          statistic: "Average",
          dimensions: ofService,
        }
      : // Without Container Insights: every running task reports its processor time once a minute.
        { namespace: "AWS/ECS", metricName: "CPUUtilization", statistic: "SampleCount", dimensions: ofService },
  } satisfies Record<string, MetricRef>;
}

const MINUTE = 60;
const FIVE_MINUTES = 300;

/** The alarms of a function. */
export function functionAlarms(
  target: string,
  { queueTimeout, timeout }: { readonly queueTimeout: number; readonly timeout: number },
  { queue, deadLetters }: FunctionDimensions,
): AlarmPlan<"deadLetters" | "age">[] {
  // The age counts from a call's first message until its end, the attempt included.
  const oldest = Math.ceil(queueTimeout / 2) + timeout;
  return [
    {
      id: "deadLetters",
      description: `${target}: calls that killed their workers are in the dead-letter queue`,
      comparison: "GreaterThanThreshold",
      threshold: 0,
      period: MINUTE,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      metrics: [queueMetric("ApproximateNumberOfMessagesVisible", deadLetters)],
    },
    {
      id: "age",
      description: `${target}: the oldest call has waited for half of its queueTimeout, ${queueTimeout} s, after which it expires`,
      comparison: "GreaterThanThreshold",
      threshold: oldest,
      period: FIVE_MINUTES,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      metrics: [queueMetric("ApproximateAgeOfOldestMessage", queue)],
    },
  ];
}
