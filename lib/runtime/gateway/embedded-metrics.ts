import type { Metrics } from "./metrics";
import type { Output } from "./output";

/** As often as CloudWatch can watch a metric that it stores by the second. */
const INTERVAL_MS = 10_000;

/** Where they are in CloudWatch; dimensions are few, because each combination of values is a metric that costs. */
const NAMESPACE = "Slipway";
const METRICS = [
  { Name: "Load", Unit: "Count", StorageResolution: 1 },
  { Name: "Requests", Unit: "Count", StorageResolution: 60 },
  { Name: "Rejected", Unit: "Count", StorageResolution: 60 },
];

/** The endpoint that they are about. */
export interface EndpointNames {
  readonly workspace: string;
  readonly environment: string;
  readonly app: string;
  readonly function: string;
}

/**
 * Writes a log line every 10 s that CloudWatch makes metrics of: no call to AWS, no permission, no agent.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function writeEmbeddedMetrics(output: Output, metrics: Metrics, names: EndpointNames): void {
  const { workspace, environment, app, function: name } = names;
  const dimensions = {
    Platform: environment === "" ? workspace : `${workspace}-${environment}`,
    App: app,
    Function: name,
  };
  const directive = { Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics: METRICS };
  setInterval(() => {
    const { load, requests, rejected } = metrics.takeSummary();
    const values = { Load: Math.round(load * 1000) / 1000, Requests: requests, Rejected: rejected };
    const aws = { Timestamp: Date.now(), CloudWatchMetrics: [directive] };
    output.line(JSON.stringify({ _aws: aws, level: "info", event: "metrics", ...dimensions, ...values }));
  }, INTERVAL_MS).unref();
}
