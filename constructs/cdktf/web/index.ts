export type { MetricRef, WebMetric } from "../../../lib/monitoring";
export { FastApiEndpoint, type FastApiEndpointProps } from "./fastapi-endpoint";
export type { WebResources } from "./resources";
export { type WebConstructProps, WebEndpoint } from "./web-endpoint";
