import { DEFAULT_ALARMS, webAlarms, webMetric } from "../../../lib/monitoring";
import { DIMENSIONS } from "./dimensions";

const alarms = (options: Parameters<typeof webAlarms>[1]) => webAlarms("hello/greet", options, DIMENSIONS);
const ofTarget = { LoadBalancer: "app/acme/0a1b", TargetGroup: "targetgroup/hello/2c3d" };

test("no alarms when switched off", () => {
  expect(alarms(false)).toEqual([]);
});

test("by default errors and missing containers alarm, latency does not", () => {
  expect(alarms(DEFAULT_ALARMS).map(({ id }) => id)).toEqual(["errors", "healthy"]);
});

test("the error rate is a percentage of requests, and no requests are no errors", () => {
  expect(alarms({ errorRate: 2.5 })[0]).toMatchObject({
    description: "hello/greet: more than 2.5 % of requests answered with 5xx over 5 minutes",
    comparison: "GreaterThanThreshold",
    threshold: 2.5,
    period: 300,
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
    metrics: [
      {
        namespace: "AWS/ApplicationELB",
        metricName: "HTTPCode_Target_5XX_Count",
        statistic: "Sum",
        dimensions: ofTarget,
      },
      { namespace: "AWS/ApplicationELB", metricName: "RequestCount", statistic: "Sum", dimensions: ofTarget },
    ],
    expression: "IF(m2 > 0, 100 * FILL(m1, 0) / m2, 0)",
  });
});

test("no healthy container for three minutes alarms, also when nothing reports at all", () => {
  expect(alarms(DEFAULT_ALARMS)[1]).toMatchObject({
    comparison: "LessThanThreshold",
    threshold: 1,
    period: 60,
    evaluationPeriods: 3,
    treatMissingData: "breaching",
    metrics: [{ metricName: "HealthyHostCount", statistic: "Minimum", dimensions: ofTarget }],
  });
});

test("latency alarms when a bound is set", () => {
  expect(alarms({ errorRate: 5, latencyP95: 2 })[2]).toMatchObject({
    id: "latency",
    description: "hello/greet: p95 response time above 2 s over 5 minutes",
    comparison: "GreaterThanThreshold",
    threshold: 2,
    treatMissingData: "notBreaching",
    metrics: [{ metricName: "TargetResponseTime", statistic: "p95", dimensions: ofTarget }],
  });
});

test("an alarm looks back over at most a day, as CloudWatch demands", () => {
  for (const { period, evaluationPeriods } of alarms({ errorRate: 5, latencyP95: 2 })) {
    expect(period % 60).toBe(0);
    expect(period * evaluationPeriods).toBeLessThanOrEqual(86_400);
  }
});

test("a metric is complete with namespace, statistic and dimensions", () => {
  expect(webMetric("requests", DIMENSIONS)).toEqual({
    namespace: "AWS/ApplicationELB",
    metricName: "RequestCount",
    statistic: "Sum",
    dimensions: ofTarget,
  });
});
