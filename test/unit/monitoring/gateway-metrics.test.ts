import { type EndpointDimensions, GATEWAY_METRICS, webMetric } from "../../../lib/monitoring";
import { writeEmbeddedMetrics } from "../../../lib/runtime/gateway/embedded-metrics";
import { Gate } from "../../../lib/runtime/gateway/gate";
import { Metrics } from "../../../lib/runtime/gateway/metrics";
import { Output } from "../../../lib/runtime/gateway/output";
import { webTask } from "../../../lib/task";
import { DOMAIN_PLATFORM, webSpec } from "../task/web-spec";
import { DIMENSIONS } from "./dimensions";

interface EmbeddedLine extends Record<string, unknown> {
  readonly _aws: {
    readonly CloudWatchMetrics: ReadonlyArray<{
      readonly Namespace: string;
      readonly Dimensions: readonly string[][];
      readonly Metrics: ReadonlyArray<{ readonly Name: string }>;
    }>;
  };
}

/** What the gateway of an endpoint writes for CloudWatch when its first 10 s are over. */
function embeddedLine(environment: string | undefined): EmbeddedLine {
  jest.useFakeTimers();
  try {
    const { gateway } = webTask(webSpec(), { ...DOMAIN_PLATFORM, environment }, "/slipway/hello");
    const lines: string[] = [];
    const output = new Output((text) => lines.push(...text.split("\n").filter(Boolean)));
    writeEmbeddedMetrics(output, new Metrics(new Gate(gateway.web.gate)), gateway);
    jest.advanceTimersByTime(10_000);
    jest.runOnlyPendingTimers();
    return JSON.parse(lines[0]!);
  } finally {
    jest.useRealTimers();
  }
}

test.each(["prod", undefined])(
  "what scaling and dashboards look for is what gateways write (environment %s)",
  (environment) => {
    const line = embeddedLine(environment);
    const endpoint: EndpointDimensions = { ...DIMENSIONS, environment };
    const [directive] = line._aws.CloudWatchMetrics;
    for (const name of ["inFlight", "rejected"] as const) {
      const { namespace, metricName, dimensions } = webMetric(name, endpoint);
      expect(directive!.Namespace).toBe(namespace);
      expect(directive!.Metrics.map(({ Name }) => Name)).toContain(metricName);
      expect(directive!.Dimensions).toEqual([Object.keys(dimensions)]);
      expect(line).toMatchObject({ ...dimensions, [metricName]: expect.any(Number) });
    }
    expect(directive!.Metrics).toHaveLength(GATEWAY_METRICS);
  },
);
