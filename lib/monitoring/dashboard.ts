import { type EndpointDimensions, type MetricRef, serviceMetric, webMetric } from "./metrics";

export interface DashboardEndpoint {
  readonly name: string;
  readonly dimensions: EndpointDimensions;
}

/** CloudWatch's grid is 24 wide: four graphs to a row, one row to an endpoint. */
const WIDTH = 6;
const HEIGHT = 6;

/** The body of an app's dashboard. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html */
export function dashboardBody(region: string, endpoints: readonly DashboardEndpoint[]): object {
  const sorted = [...endpoints].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { widgets: sorted.flatMap((endpoint, row) => graphs(region, endpoint, row)) };
}

function graphs(region: string, { name, dimensions }: DashboardEndpoint, row: number): object[] {
  const series: [string, MetricRef[]][] = [
    [
      "requests, 5xx, rejected",
      [webMetric("requests", dimensions), webMetric("5xx", dimensions), webMetric("rejected", dimensions)],
    ],
    ["response time, p95", [webMetric("latency", dimensions)]],
    ["healthy containers, load of each", [webMetric("healthy", dimensions), webMetric("inFlight", dimensions)]],
    [
      "CPU and memory, %",
      [serviceMetric("CPUUtilization", dimensions), serviceMetric("MemoryUtilization", dimensions)],
    ],
  ];
  return series.map(([title, metrics], column) => ({
    type: "metric",
    x: column * WIDTH,
    y: row * HEIGHT,
    width: WIDTH,
    height: HEIGHT,
    properties: {
      title: `${name}: ${title}`,
      region,
      view: "timeSeries",
      stacked: false,
      period: 60,
      metrics: metrics.map(widgetMetric),
    },
  }));
}

function widgetMetric({ namespace, metricName, statistic, dimensions }: MetricRef): unknown[] {
  return [namespace, metricName, ...Object.entries(dimensions).flat(), { stat: statistic }];
}
