export type { ComputeOptions, ComputeSpec } from "./compute";
export type { Concurrency } from "./concurrency";
export { describeProblem, type LocatedProblem, type Problem, SlipwayError } from "./errors";
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
export { type PlatformAttributes, parsePlatformAttributes } from "./platform-attributes";
export { isToken, withoutTokens } from "./tokens";
export type { TracingOptions } from "./tracing";
export type { Duration, Handler, Memory } from "./values";
export { formatMiB, formatSeconds, isRecord } from "./values";
export type { AlarmOptions, HttpMethod, ScalingOptions, WebKind, WebOptions, WebParser, WebSpec } from "./web";
