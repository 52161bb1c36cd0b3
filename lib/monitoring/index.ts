export { type AlarmPlan, DEFAULT_ALARMS, webAlarms } from "./alarms";
export { type DashboardEndpoint, dashboardBody } from "./dashboard";
export { type FunctionDimensions, functionAlarms, functionMetrics } from "./function-metrics";
export { type EndpointDimensions, GATEWAY_METRICS, type MetricRef, type WebMetric, webMetric } from "./metrics";
