import { CONFIG_VARIABLE, type ContainerDefinition } from "../task/container-definition";
import type { GatewayConfig } from "../task/gateway-config";
import type { ContainerProgram } from "./run-container";
import { environmentOf } from "./task-parts";

export type GatewayPorts = Pick<GatewayConfig["listen"], "port" | "controlPort" | "loopbackPort">;

/** What a developer waits for: shorter than on AWS, where the load balancer must learn of the drain first. */
const LOCAL_DRAIN = { deadlineMs: 10_000, quietMs: 50 };

/** The gateway's program with this configuration, whatever its role. */
export function gatewayProcess(
  gateway: string,
  container: Pick<ContainerDefinition, "environment"> | undefined,
  config: object,
): ContainerProgram {
  // The shell's NODE_OPTIONS are meant for the developer's own programs: a debugger's port, say, is there only once.
  const { NODE_OPTIONS: _, ...shell } = process.env;
  const own = container ? environmentOf(container) : {};
  return {
    command: process.execPath,
    args: [gateway],
    env: { ...shell, ...own, [CONFIG_VARIABLE]: JSON.stringify(config) },
  };
}

/** What differs here in every role's configuration: the ports, since a laptop has one set for all tasks, and the drain. */
export function localShape(
  { listen, drain }: Pick<GatewayConfig, "listen" | "drain">,
  ports: GatewayPorts,
  localDrain = LOCAL_DRAIN,
): Pick<GatewayConfig, "listen" | "drain"> {
  return {
    listen: { ...listen, ...ports, host: "127.0.0.1" },
    drain: {
      deadlineMs: Math.min(drain.deadlineMs, localDrain.deadlineMs),
      quietMs: Math.min(drain.quietMs, localDrain.quietMs),
    },
  };
}
