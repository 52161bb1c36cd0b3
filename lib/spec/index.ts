export type { ComputeOptions, ComputeSpec, PythonOptions } from "./compute";
export type { Concurrency } from "./concurrency";
export type { ScalingOptions } from "./containers";
export { describeProblem, type LocatedProblem, type Problem, SlipwayError } from "./errors";
export {
  type CallOptions,
  type FunctionOptions,
  type FunctionSpec,
  parseFunctionName,
  parseSpawnFunction,
  type SpawnScalingOptions,
} from "./function";
export * from "./kinds";
export {
  type NetworkAttributes,
  type NetworkProps,
  type NetworkSpec,
  parseNetwork,
  parseNetworkAttributes,
} from "./network";
export type { Parsed, Reference } from "./parse";
export { type PlatformOptions, type PlatformSpec, parsePlatform } from "./platform";
export { type CallsAttributes, type PlatformAttributes, parsePlatformAttributes } from "./platform-attributes";
export type { Retries, RetriesSpec } from "./retries";
export { isToken, withoutTokens } from "./tokens";
export type { TracingOptions } from "./tracing";
export type { Duration, Handler, Memory } from "./values";
export { formatMiB, formatSeconds, isRecord } from "./values";
export type { AlarmOptions, HttpMethod, WebKind, WebOptions, WebParser, WebSpec } from "./web";
