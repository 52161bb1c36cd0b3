export {
  alarmMetrics,
  type BacklogTracking,
  type MetricExpression,
  type QueueMetrics,
  type QueueScaling,
  queueScaling,
  type StepPlan,
} from "./queue-scaling";
export { type LoadMetric, type TargetTracking, type WebScaling, webScaling } from "./web-scaling";
