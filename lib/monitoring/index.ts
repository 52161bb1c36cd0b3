export { type AlarmPlan, DEFAULT_ALARMS, webAlarms } from "./alarms";
export { type DashboardEndpoint, dashboardBody } from "./dashboard";
export { type EndpointDimensions, GATEWAY_METRICS, type MetricRef, type WebMetric, webMetric } from "./metrics";
