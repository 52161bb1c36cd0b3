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
  readonly workspace: string;
  readonly environment?: string;
  readonly app: string;
  readonly name: string;
}

/**
 * Of the load balancer: `requests`, `latency` (95th percentile) and `5xx`, the gateway's own answers among them. Of the gateways:
 * `inFlight`, requests that one container has at its app or waiting for it, on the average; `rejected`, requests that a gateway
 * answered 503, mostly because too many waited or because one waited too long.
 */
export type WebMetric = "requests" | "latency" | "5xx" | "inFlight" | "rejected";

interface Source {
  readonly namespace: string;
  dimensions(endpoint: EndpointDimensions): Readonly<Record<string, string>>;
}

/** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html */
const LOAD_BALANCER: Source = {
  namespace: "AWS/ApplicationELB",
  dimensions: ({ loadBalancer, targetGroup }) => ({ LoadBalancer: loadBalancer, TargetGroup: targetGroup }),
};

/** Every gateway writes its metrics each 10 s, under these names. */
const GATEWAYS: Source = {
  namespace: "Slipway",
  dimensions: ({ workspace, environment, app, name }) => ({
    Platform: environment ? `${workspace}-${environment}` : workspace,
    App: app,
    Function: name,
  }),
};

/** Of one endpoint, all its containers together: Load, Requests and Rejected, and each is paid for. */
export const GATEWAY_METRICS = 3;

const WEB_METRICS: Readonly<
  Record<WebMetric | "healthy", { readonly source: Source; readonly metricName: string; readonly statistic: string }>
> = {
  requests: { source: LOAD_BALANCER, metricName: "RequestCount", statistic: "Sum" },
  latency: { source: LOAD_BALANCER, metricName: "TargetResponseTime", statistic: "p95" },
  "5xx": { source: LOAD_BALANCER, metricName: "HTTPCode_Target_5XX_Count", statistic: "Sum" },
  healthy: { source: LOAD_BALANCER, metricName: "HealthyHostCount", statistic: "Minimum" },
  inFlight: { source: GATEWAYS, metricName: "Load", statistic: "Average" },
  rejected: { source: GATEWAYS, metricName: "Rejected", statistic: "Sum" },
};

export function webMetric(name: WebMetric | "healthy", endpoint: EndpointDimensions): MetricRef {
  const { source, ...measure } = WEB_METRICS[name];
  return { namespace: source.namespace, ...measure, dimensions: source.dimensions(endpoint) };
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
