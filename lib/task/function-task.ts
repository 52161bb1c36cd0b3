import { GATEWAY_PORTS } from "../catalog";
import type { FunctionSpec } from "../spec";
import type { CallerConfig, WorkerConfig } from "./calls-config";
import {
  CALLS_URL_VARIABLE,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  EXECUTOR_SOCKET_VARIABLE,
  GRACE_VARIABLE,
  LIBRARY_VARIABLE,
} from "./container-definition";
import { gatewayHealthCheck } from "./health-check";
import type { SecretReference } from "./secret-reference";
import { type TaskSize, taskSize } from "./size";
import { appContainer, gatewayContainer, secretsOf } from "./task-containers";
import { CALLS_URL, type TaskPlatform } from "./web-task";

/** Where a platform keeps its calls, by name. */
export type CallStores = Pick<CallerConfig, "table" | "bucket" | "registry" | "retentionS">;

/** What a function is, beside its spec, for whoever runs its calls. */
export interface FunctionPlaces {
  readonly stores: CallStores;
  readonly tag: string;
  readonly queueUrl: string;
  readonly dlqUrl: string;
  /** The calls that its code may make. */
  readonly calls?: CallerConfig;
}

export interface FunctionTask {
  readonly size: TaskSize;
  readonly containers: readonly ContainerDefinition[];
  readonly gateway: WorkerConfig;
  readonly secrets: readonly SecretReference[];
}

/** The folder in which executor and gateway meet: of the task, and in both containers. */
export const MEETING_VOLUME = "slipway";
const MEETING_FOLDER = "/run/slipway";
const EXECUTOR_SOCKET = `${MEETING_FOLDER}/executor.sock`;

/** A worker that says nothing for so long has lost its calls. SQS hides their messages for as long. */
export const VISIBILITY_MS = 60_000;

/** A running call hears of its cancelling within this; it is to be cancelled within 5 s and its grace, on a busy task as well. */
export const HEARTBEAT_MS = 3000;

/** A call that kills its workers is given up after so many. */
const MAX_DELIVERIES = 3;

/** What a cancelled call has to end by itself. */
export const GRACE_MS = 5000;

const MIB = 1024 * 1024;

/** A function's task: the user's code, and the gateway that gives it calls. */
export function functionTask(
  spec: FunctionSpec,
  platform: TaskPlatform,
  places: FunctionPlaces,
  logGroup: string,
): FunctionTask {
  const size = taskSize(spec);
  const gateway = workerConfig(spec, platform, places);
  const place = { size, region: platform.region, logGroup };
  const mountPoints = [{ sourceVolume: MEETING_VOLUME, containerPath: MEETING_FOLDER, readOnly: false }];
  const app = {
    ...appContainer(spec, place, {
      // Python writes to a pipe in blocks: without this a crash would swallow its last lines.
      PYTHONUNBUFFERED: "1",
      [LIBRARY_VARIABLE]: platform.library,
      ...spec.env,
      [EXECUTOR_SOCKET_VARIABLE]: EXECUTOR_SOCKET,
      [GRACE_VARIABLE]: String(GRACE_MS),
      ...(places.calls ? { [CALLS_URL_VARIABLE]: CALLS_URL } : {}),
    }),
    mountPoints,
  };
  const sidecar = {
    ...gatewayContainer(spec, platform.gatewayImage, place, {
      environment: { [CONFIG_VARIABLE]: JSON.stringify(gateway) },
      ports: [GATEWAY_PORTS.control],
    }),
    mountPoints,
    healthCheck: gatewayHealthCheck(spec.startupTimeout),
    // The folder is root's, whatever user the app's image has: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
    user: "0",
  };
  return { size, containers: [app, sidecar], gateway, secrets: secretsOf(spec) };
}

function workerConfig(
  spec: FunctionSpec,
  { library, workspace, environment = "", region, idleTimeout }: TaskPlatform,
  { stores, tag, queueUrl, dlqUrl, calls }: FunctionPlaces,
): WorkerConfig {
  const { maxRetries, initialDelay, backoffCoefficient, maxDelay } = spec.retries;
  return {
    version: 1,
    library,
    app: spec.app,
    function: spec.name,
    workspace,
    environment,
    region,
    listen: {
      port: GATEWAY_PORTS.data,
      controlPort: GATEWAY_PORTS.control,
      loopbackPort: GATEWAY_PORTS.loopback,
      keepAliveMs: idleTimeout * 1000,
    },
    worker: {
      ...stores,
      tag,
      queueUrl,
      dlqUrl,
      maxInputs: spec.concurrency.maxInputs,
      visibilityMs: VISIBILITY_MS,
      heartbeatMs: HEARTBEAT_MS,
      attemptMs: spec.timeout * 1000,
      retries: {
        maxRetries,
        initialDelayMs: initialDelay * 1000,
        backoffCoefficient,
        maxDelayMs: maxDelay * 1000,
      },
      maxDeliveries: MAX_DELIVERIES,
      maxPayloadBytes: spec.maxPayloadMiB * MIB,
      graceMs: GRACE_MS,
      executorSocket: EXECUTOR_SOCKET,
      startupMs: spec.startupTimeout * 1000,
    },
    ...(calls ? { calls } : {}),
    drain: { deadlineMs: spec.drainTimeout * 1000, quietMs: 0 },
  };
}

/** What of a function the registry has, less what only a deployment knows. */
export function entryOf(spec: FunctionSpec, tag: string) {
  return {
    tag,
    queueMs: spec.queueTimeout * 1000,
    deadlineMs: spec.deadline * 1000,
    visibilityMs: VISIBILITY_MS,
    maxPayloadBytes: spec.maxPayloadMiB * MIB,
    ...(spec.maxPending === undefined ? {} : { maxPending: spec.maxPending }),
  };
}
