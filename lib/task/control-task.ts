import { CADENCE } from "../calls/cadence";
import { GATEWAY_PORTS } from "../catalog";
import type { ControlConfig } from "./calls-config";
import { CONFIG_VARIABLE, type ContainerDefinition } from "./container-definition";
import type { CallStores } from "./function-task";
import { gatewayHealthCheck } from "./health-check";
import { logsTo, portMappings, variables } from "./task-containers";
import type { TaskPlatform } from "./web-task";

export const CONTROL_CONTAINER = "control";

/** What it is called where functions have their names. */
export const CONTROL = { app: "slipway", name: "control" };

/** Its own start; it has no code of a user's to load. */
const STARTUP_S = 60;

/** Seconds. It has nothing to drain but a sweep. */
const STOP_TIMEOUT = 30;
const DRAIN_MS = 10_000;

/** The one container of the platform's control service: the gateway's program in another role. */
export function controlContainer(
  platform: TaskPlatform,
  { stores, cluster, logGroup }: { stores: CallStores; cluster: string; logGroup: string },
): ContainerDefinition {
  return {
    name: CONTROL_CONTAINER,
    essential: true,
    image: platform.gatewayImage,
    environment: variables({ [CONFIG_VARIABLE]: JSON.stringify(controlConfig(platform, stores, cluster)) }),
    portMappings: portMappings([GATEWAY_PORTS.control]),
    logConfiguration: logsTo(logGroup, platform.region, CONTROL_CONTAINER),
    healthCheck: gatewayHealthCheck(STARTUP_S),
    stopTimeout: STOP_TIMEOUT,
    readonlyRootFilesystem: true,
    linuxParameters: { initProcessEnabled: true },
  };
}

function controlConfig(
  { library, workspace, environment = "", region, idleTimeout }: TaskPlatform,
  stores: CallStores,
  cluster: string,
): ControlConfig {
  return {
    version: 1,
    library,
    app: CONTROL.app,
    function: CONTROL.name,
    workspace,
    environment,
    region,
    listen: {
      port: GATEWAY_PORTS.data,
      controlPort: GATEWAY_PORTS.control,
      loopbackPort: GATEWAY_PORTS.loopback,
      keepAliveMs: idleTimeout * 1000,
    },
    control: { ...stores, cluster, sweepMs: CADENCE.sweepMs, leaseMs: CADENCE.leaseMs },
    drain: { deadlineMs: DRAIN_MS, quietMs: 0 },
  };
}
