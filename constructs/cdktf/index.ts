export { Image } from "../../lib/image";
export type {
  AlarmOptions,
  AsgiOptions,
  CallOptions,
  CallsAttributes,
  ComputeOptions,
  Concurrency,
  Duration,
  FastApiOptions,
  Handler,
  HttpMethod,
  Memory,
  Problem,
  PythonOptions,
  Retries,
  ScalingOptions,
  ServerOptions,
  SpawnScalingOptions,
  TracingOptions,
  WebOptions,
  WsgiOptions,
} from "../../lib/spec";
export { SlipwayError } from "../../lib/spec";
export type { ConfigOf, Resources, Transform } from "./engine/resource-maker";
export * from "./function";
export * from "./network";
export * from "./platform";
export * from "./web";
