import { type EndpointDimensions, type MetricRef, webMetric } from "./metrics";

/** An alarm as plain data: one metric, or an expression over several. */
export interface AlarmPlan<Id extends string = string> {
  readonly id: Id;
  readonly description: string;
  readonly comparison: "GreaterThanThreshold" | "LessThanThreshold";
  readonly threshold: number;
  /** Seconds. */
  readonly period: number;
  readonly evaluationPeriods: number;
  readonly treatMissingData: "breaching" | "notBreaching";
  readonly metrics: readonly MetricRef[];
  /** Over m1, m2, … in the order of `metrics`. */
  readonly expression?: string;
}

const FIVE_MINUTES = 300;

type WebAlarm = "errors" | "healthy" | "latency";

/** What an endpoint's alarms are when it says nothing. */
export const DEFAULT_ALARMS = { errorRate: 5 } as const;

/** The alarms of a web endpoint. */
export function webAlarms(
  target: string,
  alarms: false | { readonly errorRate: number; readonly latencyP95?: number },
  dimensions: EndpointDimensions,
): AlarmPlan<WebAlarm>[] {
  if (alarms === false) return [];
  const plans: AlarmPlan<WebAlarm>[] = [
    {
      id: "errors",
      description: `${target}: more than ${alarms.errorRate} % of requests answered with 5xx over 5 minutes`,
      comparison: "GreaterThanThreshold",
      threshold: alarms.errorRate,
      period: FIVE_MINUTES,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      metrics: [webMetric("5xx", dimensions), webMetric("requests", dimensions)],
      expression: "IF(m2 > 0, 100 * FILL(m1, 0) / m2, 0)",
    },
    {
      id: "healthy",
      description: `${target}: no healthy container for 3 minutes`,
      comparison: "LessThanThreshold",
      threshold: 1,
      period: 60,
      evaluationPeriods: 3,
      treatMissingData: "breaching",
      metrics: [webMetric("healthy", dimensions)],
    },
  ];
  if (alarms.latencyP95 !== undefined) {
    plans.push({
      id: "latency",
      description: `${target}: p95 response time above ${alarms.latencyP95} s over 5 minutes`,
      comparison: "GreaterThanThreshold",
      threshold: alarms.latencyP95,
      period: FIVE_MINUTES,
      evaluationPeriods: 1,
      treatMissingData: "notBreaching",
      metrics: [webMetric("latency", dimensions)],
    });
  }
  return plans;
}
