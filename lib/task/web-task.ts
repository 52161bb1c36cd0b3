import { GATEWAY_PORTS } from "../catalog";
import type { WebSpec } from "../spec";
import {
  APP_CONTAINER,
  BASE_PATH_VARIABLE,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  FUNCTION_LABEL,
  GATEWAY_CONTAINER,
  PORT_VARIABLE,
} from "./container-definition";
import type { GatewayConfig } from "./gateway-config";
import { type SecretReference, secretReference } from "./secret-reference";
import { GATEWAY_SHARE, type TaskSize, taskSize } from "./size";
import { timersOf } from "./timers";

/** What a task takes from its platform. */
export interface TaskPlatform {
  readonly workspace: string;
  readonly environment?: string;
  readonly region: string;
  readonly gatewayImage: string;
  /** Seconds. */
  readonly idleTimeout: number;
  /** Whether endpoints are hosts of a domain; otherwise they are paths. */
  readonly domain?: string;
  /** The table of the tokens that endpoints with `requiresProxyAuth` ask for. */
  readonly tokensTableName?: string;
  /** Where gateways send spans. */
  readonly tracing?: GatewayConfig["tracing"];
}

export interface WebTask {
  readonly size: TaskSize;
  readonly containers: readonly ContainerDefinition[];
  readonly gateway: GatewayConfig;
  readonly secrets: readonly SecretReference[];
}

/** Server keep-alive must outlast the load balancer's idle timeout, or it sends a request on a connection that just closed. */
const KEEP_ALIVE_MARGIN = 5;

/** Shorter than every server's own keep-alive (gunicorn's 2 s is the shortest), so the gateway never reuses a closing connection. */
const POOL_IDLE_MS = 1000;

/** After the last request a draining gateway waits this long: load balancers go on sending for a while after deregistration. */
const QUIET_MS = 10_000;

const MIB = 1024 * 1024;

/** A revoked token is refused at the latest after this. */
const TOKEN_CACHE_MS = 60_000;

/** What the gateway needs beyond its drain deadline to close and exit, before ECS kills it. */
const EXIT_MARGIN = 10;

/** The app is stopped once the gateway has exited, with nothing in flight. ECS's own default. */
const APP_STOP_TIMEOUT = 30;

/** A web endpoint's task: the app on loopback, the gateway in front of it. */
export function webTask(spec: WebSpec, platform: TaskPlatform, logGroup: string): WebTask {
  const size = taskSize(spec);
  const gateway = gatewayConfig(spec, platform);
  const secrets = Object.entries(spec.secrets).map(([variable, arn]) => secretReference(variable, arn));
  const shared = (name: string) => ({
    name,
    essential: true,
    dockerLabels: { [FUNCTION_LABEL]: `${spec.app}/${spec.name}` },
    logConfiguration: {
      logDriver: "awslogs" as const,
      // Non-blocking: an app must not hang when CloudWatch Logs is slow.
      options: {
        "awslogs-group": logGroup,
        "awslogs-region": platform.region,
        "awslogs-stream-prefix": name,
        mode: "non-blocking",
        "max-buffer-size": "25m",
      },
    },
  });
  const app: ContainerDefinition = {
    ...shared(APP_CONTAINER),
    image: spec.image,
    command: spec.command,
    cpu: size.cpuUnits - GATEWAY_SHARE.cpuUnits,
    memoryReservation: size.memoryMiB - GATEWAY_SHARE.memoryMiB,
    environment: variables(appVariables(spec, platform)),
    ...(secrets.length > 0
      ? { secrets: secrets.map(({ variable, valueFrom }) => ({ name: variable, valueFrom })) }
      : {}),
    stopTimeout: APP_STOP_TIMEOUT,
    readonlyRootFilesystem: spec.readOnlyRoot,
    linuxParameters: { initProcessEnabled: true },
  };
  const sidecar: ContainerDefinition = {
    ...shared(GATEWAY_CONTAINER),
    image: platform.gatewayImage,
    cpu: GATEWAY_SHARE.cpuUnits,
    memoryReservation: GATEWAY_SHARE.memoryMiB,
    environment: variables({ [CONFIG_VARIABLE]: JSON.stringify(gateway) }),
    portMappings: [GATEWAY_PORTS.data, GATEWAY_PORTS.control].map((port) => ({
      containerPort: port,
      hostPort: port,
      protocol: "tcp",
    })),
    // ECS stops containers in reverse order of dependsOn: the gateway drains while the app still runs.
    dependsOn: [{ containerName: APP_CONTAINER, condition: "START" }],
    stopTimeout: spec.drainTimeout + EXIT_MARGIN,
    // ECS Exec's agent writes into every container of the task.
    readonlyRootFilesystem: !spec.exec,
    linuxParameters: { initProcessEnabled: true },
  };
  return { size, containers: [app, sidecar], gateway, secrets };
}

function appVariables(spec: WebSpec, { domain }: TaskPlatform): Record<string, string> {
  return {
    // Python writes to a pipe in blocks: without this a crash would swallow its last lines.
    ...(spec.kind === "server" ? {} : { PYTHONUNBUFFERED: "1" }),
    ...(domain ? {} : { [BASE_PATH_VARIABLE]: pathPrefix(spec) }),
    ...spec.env,
    [PORT_VARIABLE]: String(spec.port),
  };
}

/** What the app's own paths begin with: the prefix, for a server that was told its base path. */
function keptPrefix(spec: WebSpec, { domain }: TaskPlatform): string {
  return spec.keepPrefix && !domain ? pathPrefix(spec) : "";
}

/** Path mode: where the endpoint is on the load balancer. */
function pathPrefix({ label }: WebSpec): string {
  return `/${label}`;
}

function gatewayConfig(spec: WebSpec, platform: TaskPlatform): GatewayConfig {
  return {
    version: 1,
    app: spec.app,
    function: spec.name,
    workspace: platform.workspace,
    environment: platform.environment ?? "",
    region: platform.region,
    listen: {
      port: GATEWAY_PORTS.data,
      controlPort: GATEWAY_PORTS.control,
      loopbackPort: GATEWAY_PORTS.loopback,
      keepAliveMs: (platform.idleTimeout + KEEP_ALIVE_MARGIN) * 1000,
    },
    upstream: {
      port: spec.port,
      ready: {
        kind: spec.healthPath ? "http" : "tcp",
        path: `${keptPrefix(spec, platform)}${spec.healthPath ?? "/"}`,
        intervalMs: 25,
        timeoutMs: spec.startupTimeout * 1000,
      },
      poolIdleMs: POOL_IDLE_MS,
    },
    web: {
      stripPrefix: platform.domain ? "" : pathPrefix(spec),
      ...(keptPrefix(spec, platform) ? { keepPrefix: true } : {}),
      ...(spec.requiresProxyAuth ? { auth: { cacheMs: TOKEN_CACHE_MS } } : {}),
      gate: { maxInputs: spec.concurrency.maxInputs, maxQueued: spec.concurrency.maxQueued },
      timers: timers(spec, platform),
      maxBodyBytes: spec.maxRequestBodyMiB * MIB,
    },
    ...tokens(spec, platform),
    ...(platform.tracing ? { tracing: { ...platform.tracing } } : {}),
    drain: { deadlineMs: spec.drainTimeout * 1000, quietMs: QUIET_MS },
  };
}

/** Without a table the gateway refuses to start: an endpoint that asks for tokens must not be open because none was given. */
function tokens({ requiresProxyAuth }: WebSpec, { tokensTableName }: TaskPlatform): Pick<GatewayConfig, "tokens"> {
  return requiresProxyAuth && tokensTableName !== undefined ? { tokens: { table: tokensTableName } } : {};
}

function timers(spec: WebSpec, platform: TaskPlatform): GatewayConfig["web"]["timers"] {
  const { queue, firstByte, idle, total } = timersOf(spec, platform);
  return { queueMs: queue * 1000, firstByteMs: firstByte * 1000, idleMs: idle * 1000, totalMs: total * 1000 };
}

/** Sorted, as ECS returns them: the plan stays empty. */
function variables(values: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(values)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
