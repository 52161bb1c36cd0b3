import { GATEWAY_PORTS } from "../catalog";
import type { WebSpec } from "../spec";
import type { CallerConfig } from "./calls-config";
import {
  BASE_PATH_VARIABLE,
  CALLS_URL_VARIABLE,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  LIBRARY_VARIABLE,
  PORT_VARIABLE,
} from "./container-definition";
import type { GatewayConfig } from "./gateway-config";
import type { SecretReference } from "./secret-reference";
import { type TaskSize, taskSize } from "./size";
import { appContainer, gatewayContainer, secretsOf } from "./task-containers";
import { timersOf } from "./timers";

/** What a task takes from its platform. */
export interface TaskPlatform {
  readonly workspace: string;
  readonly environment?: string;
  readonly region: string;
  readonly gatewayImage: string;
  /** Version of the library that writes the definitions. */
  readonly library: string;
  /** Seconds. */
  readonly idleTimeout: number;
  /** Whether endpoints are hosts of a domain; otherwise they are paths. */
  readonly domain?: string;
  /** The table of the tokens that endpoints with `requiresProxyAuth` or `publicCalls` ask for. */
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

/** The gateway's calls API, for what runs in the same task. */
export const CALLS_URL = `http://127.0.0.1:${GATEWAY_PORTS.loopback}`;

/** A web endpoint's task: the app on loopback, the gateway in front of it. `calls` are those that the app may make. */
export function webTask(spec: WebSpec, platform: TaskPlatform, logGroup: string, calls?: CallerConfig): WebTask {
  const size = taskSize(spec);
  const gateway = gatewayConfig(spec, platform, calls);
  const place = { size, region: platform.region, logGroup };
  return {
    size,
    containers: [
      appContainer(spec, place, appVariables(spec, platform, calls)),
      gatewayContainer(spec, platform.gatewayImage, place, {
        environment: { [CONFIG_VARIABLE]: JSON.stringify(gateway) },
        ports: [GATEWAY_PORTS.data, GATEWAY_PORTS.control],
      }),
    ],
    gateway,
    secrets: secretsOf(spec),
  };
}

function appVariables(spec: WebSpec, platform: TaskPlatform, calls?: CallerConfig): Record<string, string> {
  return {
    // Python writes to a pipe in blocks: without this a crash would swallow its last lines.
    ...(spec.kind === "server" ? {} : { PYTHONUNBUFFERED: "1", [LIBRARY_VARIABLE]: platform.library }),
    ...(platform.domain ? {} : { [BASE_PATH_VARIABLE]: pathPrefix(spec) }),
    ...spec.env,
    ...(calls ? { [CALLS_URL_VARIABLE]: CALLS_URL } : {}),
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

function gatewayConfig(spec: WebSpec, platform: TaskPlatform, calls?: CallerConfig): GatewayConfig {
  return {
    version: 1,
    library: platform.library,
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
    ...(calls ? { calls: { ...calls, public: spec.publicCalls } } : {}),
    ...tokens(spec, platform),
    ...(platform.tracing ? { tracing: { ...platform.tracing } } : {}),
    drain: { deadlineMs: spec.drainTimeout * 1000, quietMs: QUIET_MS },
  };
}

/** Without a table the gateway refuses to start: an endpoint that asks for tokens must not be open because none was given. */
function tokens(spec: WebSpec, { tokensTableName: table }: TaskPlatform): Pick<GatewayConfig, "tokens"> {
  if (!asksForTokens(spec) || table === undefined) return {};
  return { tokens: { table, ...(spec.publicCalls ? { cacheMs: TOKEN_CACHE_MS } : {}) } };
}

/** Whether any part of an endpoint is open only to who has a token. */
export function asksForTokens({ requiresProxyAuth, publicCalls }: WebSpec): boolean {
  return requiresProxyAuth || publicCalls;
}

function timers(spec: WebSpec, platform: TaskPlatform): GatewayConfig["web"]["timers"] {
  const { queue, firstByte, idle, total } = timersOf(spec, platform);
  return { queueMs: queue * 1000, firstByteMs: firstByte * 1000, idleMs: idle * 1000, totalMs: total * 1000 };
}
