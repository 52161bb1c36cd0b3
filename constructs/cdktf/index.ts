export type {
  AlarmOptions,
  AsgiOptions,
  ComputeOptions,
  Concurrency,
  Duration,
  FastApiOptions,
  Handler,
  HttpMethod,
  Memory,
  Problem,
  ScalingOptions,
  ServerOptions,
  TracingOptions,
  WebOptions,
  WsgiOptions,
} from "../../lib/spec";
export { SlipwayError } from "../../lib/spec";
export type { ConfigOf, Resources, Transform } from "./engine/resource-maker";
export * from "./network";
export * from "./platform";
export * from "./web";
