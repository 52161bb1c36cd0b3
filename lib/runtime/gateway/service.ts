import type { GatewayConfig } from "../../task/gateway-config";
import { Drain } from "./drain";
import { Gate } from "./gate";
import { Readiness } from "./readiness";
import { Spill } from "./spill";
import { Upstream } from "./upstream";

/** What all requests of a gateway share. */
export interface Service {
  readonly config: GatewayConfig;
  readonly readiness: Readiness;
  readonly drain: Drain;
  readonly upstream: Upstream;
  readonly gate: Gate;
  readonly spill: Spill;
}

export function createService(config: GatewayConfig): Service {
  return {
    config,
    readiness: new Readiness(config.upstream),
    drain: new Drain(config.drain),
    upstream: new Upstream(config.upstream),
    gate: new Gate(config.web.gate),
    spill: new Spill(config.web.gate.maxInputs),
  };
}
