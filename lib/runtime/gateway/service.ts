import type { GatewayConfig } from "../../task/gateway-config";
import { AccessLog } from "./access-log";
import { type Auth, createAuth } from "./auth/auth";
import { Drain } from "./drain";
import { Gate } from "./gate";
import type { Log } from "./log";
import { Metrics } from "./metrics";
import type { Output } from "./output";
import { Readiness } from "./readiness";
import { Spill } from "./spill";
import { createTracing, type Tracing } from "./tracing/tracing";
import { Upstream } from "./upstream";

/** What all requests of a gateway share. */
export interface Service {
  readonly config: GatewayConfig;
  readonly log: Log;
  readonly readiness: Readiness;
  readonly drain: Drain;
  readonly upstream: Upstream;
  readonly gate: Gate;
  readonly spill: Spill;
  readonly metrics: Metrics;
  readonly accessLog: AccessLog;
  /** Where the endpoint asks for tokens. */
  readonly auth: Auth | undefined;
  /** Where anything does: `auth`, or the public calls API alone. */
  readonly tokens: Auth | undefined;
  /** Where there is a collector. */
  readonly tracing: Tracing | undefined;
}

export interface Surroundings {
  readonly output: Output;
  readonly log: Log;
  /** A ready app stops accepting connections, or does again. */
  readonly onLiveness: (isAlive: boolean) => void;
}

export function createService(config: GatewayConfig, { output, log, onLiveness }: Surroundings): Service {
  const gate = new Gate(config.web.gate);
  const tokens = createAuth(config, log);
  return {
    config,
    log,
    readiness: new Readiness(config.upstream, onLiveness),
    drain: new Drain(config.drain),
    upstream: new Upstream(config.upstream),
    gate,
    spill: new Spill(config.web.gate.maxInputs),
    metrics: new Metrics(gate),
    accessLog: new AccessLog(output, { app: config.app, function: config.function }),
    auth: config.web.auth ? tokens : undefined,
    tokens,
    tracing: createTracing(config, log),
  };
}
