export type { MetricRef, WebMetric } from "../../../lib/monitoring";
export { AsgiApp, type AsgiAppProps } from "./asgi-app";
export { FastApiEndpoint, type FastApiEndpointProps } from "./fastapi-endpoint";
export type { WebResources } from "./resources";
export { type WebConstructProps, WebEndpoint } from "./web-endpoint";
export { WebServer, type WebServerProps } from "./web-server";
export { WsgiApp, type WsgiAppProps } from "./wsgi-app";
