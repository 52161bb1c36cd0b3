/** A CloudWatch metric of one endpoint, complete with its dimensions. */
export interface MetricRef {
  readonly namespace: string;
  readonly metricName: string;
  readonly statistic: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** What identifies an endpoint in CloudWatch. Values may be known only after apply. */
export interface EndpointDimensions {
  readonly loadBalancer: string;
  readonly targetGroup: string;
  readonly cluster: string;
  readonly service: string;
}

export type WebMetric = "requests" | "latency" | "5xx";

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html */
const WEB_METRICS: Readonly<Record<WebMetric | "healthy", { metricName: string; statistic: string }>> = {
  requests: { metricName: "RequestCount", statistic: "Sum" },
  latency: { metricName: "TargetResponseTime", statistic: "p95" },
  "5xx": { metricName: "HTTPCode_Target_5XX_Count", statistic: "Sum" },
  healthy: { metricName: "HealthyHostCount", statistic: "Minimum" },
};

export function webMetric(name: WebMetric | "healthy", { loadBalancer, targetGroup }: EndpointDimensions): MetricRef {
  return {
    namespace: "AWS/ApplicationELB",
    ...WEB_METRICS[name],
    dimensions: { LoadBalancer: loadBalancer, TargetGroup: targetGroup },
  };
}

export function serviceMetric(
  metricName: "CPUUtilization" | "MemoryUtilization",
  { cluster, service }: EndpointDimensions,
): MetricRef {
  return {
    namespace: "AWS/ECS",
    metricName,
    statistic: "Average",
    dimensions: { ClusterName: cluster, ServiceName: service },
  };
}
