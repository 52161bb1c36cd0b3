import { functionTag } from "../../../../lib/calls";
import type { CallerConfig, ControlConfig, WorkerConfig } from "../../../../lib/task/calls-config";
import type { GatewayConfig } from "../../../../lib/task/gateway-config";
import { RULES } from "../settings";
import { BUCKET, REGION, REGISTRY, TABLE } from "./engines";

export const APP = "chaos";
/** The function that workers run, and the one that nobody does. */
export const WORK = "work";
export const LATE = "late";

export interface Endpoints {
  readonly dynamodb: string;
  readonly sqs: string;
  readonly s3: string;
}

export const tagOf = (name: string) => functionTag({ environment: "", app: APP, name });

export const queueUrl = ({ sqs }: Endpoints, name: string) => `${sqs}/000000000000/${name}`;

const STORES = { table: TABLE, bucket: BUCKET, registry: REGISTRY, retentionS: RULES.retentionS };

function common(name: string, [port, controlPort, loopbackPort]: readonly number[], endpoints: Endpoints) {
  return {
    version: 1 as const,
    app: APP,
    function: name,
    workspace: "default",
    environment: "",
    region: REGION,
    listen: {
      host: "127.0.0.1",
      port: port!,
      controlPort: controlPort!,
      loopbackPort: loopbackPort!,
      keepAliveMs: 65_000,
    },
    endpoints: { ...endpoints },
    drain: { deadlineMs: 6000, quietMs: 100 },
  };
}

export function callerConfig(ports: readonly number[], endpoints: Endpoints, appPort: number): GatewayConfig {
  const calls: CallerConfig = {
    ...STORES,
    grants: [WORK, LATE].map((name) => ({ app: APP, name, tag: tagOf(name) })),
    public: false,
  };
  return {
    ...common("caller", ports, endpoints),
    upstream: {
      port: appPort,
      ready: { kind: "tcp", path: "/", intervalMs: 25, timeoutMs: 20_000 },
      poolIdleMs: 1000,
    },
    web: {
      stripPrefix: "",
      gate: { maxInputs: 100, maxQueued: 100 },
      timers: { queueMs: 10_000, firstByteMs: 10_000, idleMs: 10_000, totalMs: 60_000 },
      maxBodyBytes: 1_000_000,
    },
    calls,
  };
}

export function workerConfig(ports: readonly number[], endpoints: Endpoints, executorSocket: string): WorkerConfig {
  const { visibilityMs, heartbeatMs, attemptMs, retries, maxDeliveries, maxPayloadBytes, graceMs, startupMs } = RULES;
  return {
    ...common(WORK, ports, endpoints),
    worker: {
      ...STORES,
      tag: tagOf(WORK),
      queueUrl: queueUrl(endpoints, WORK),
      dlqUrl: queueUrl(endpoints, `${WORK}-dlq`),
      maxInputs: RULES.maxInputs,
      visibilityMs,
      heartbeatMs,
      attemptMs,
      retries: { ...retries },
      maxDeliveries,
      maxPayloadBytes,
      graceMs,
      executorSocket,
      startupMs,
    },
  };
}

export function controlConfig(ports: readonly number[], endpoints: Endpoints): ControlConfig {
  const { sweepMs, leaseMs } = RULES;
  return { ...common("control", ports, endpoints), control: { ...STORES, cluster: null, sweepMs, leaseMs } };
}
