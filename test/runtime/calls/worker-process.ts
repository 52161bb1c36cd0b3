import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CallRecord, cancel, create, type FunctionEntry, newCallId, sent, sha256 } from "../../../lib/calls";
import { INLINE_BYTES } from "../../../lib/calls/aws";
import type { WorkerConfig } from "../../../lib/task/calls-config";
import { bundle, GatewayProcess } from "../gateway/gateway-process";
import { freePorts, onStop, until } from "../gateway/loopback";
import { type AwsStandIns, BUCKET, REGISTRY, RETENTION_S, TABLE } from "./aws-stand-ins";

export type Own = Partial<Omit<WorkerConfig["worker"], "retries">> & {
  readonly retries?: Partial<WorkerConfig["worker"]["retries"]>;
  readonly drainMs?: number;
};

/** A folder for the socket and large payloads. */
export function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-worker-"));
  onStop(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "executor.sock");
}

/** Of a worker whose times are small enough for a test to wait for. */
export async function workerConfig(
  aws: Pick<AwsStandIns, "endpoints">,
  fn: FunctionEntry,
  { drainMs = 5000, retries, ...own }: Own = {},
): Promise<WorkerConfig> {
  const [port, controlPort, loopbackPort] = await freePorts(3);
  return {
    version: 1,
    app: fn.app,
    function: fn.name,
    workspace: "acme",
    environment: "test",
    region: "eu-west-1",
    listen: {
      host: "127.0.0.1",
      port: port!,
      controlPort: controlPort!,
      loopbackPort: loopbackPort!,
      keepAliveMs: 5000,
    },
    endpoints: aws.endpoints,
    drain: { deadlineMs: drainMs, quietMs: 0 },
    worker: {
      table: TABLE,
      bucket: BUCKET,
      registry: REGISTRY,
      retentionS: RETENTION_S,
      tag: fn.tag,
      queueUrl: fn.queueUrl,
      dlqUrl: fn.dlqUrl,
      maxInputs: 4,
      visibilityMs: 2000,
      heartbeatMs: 200,
      attemptMs: 60_000,
      retries: { maxRetries: 0, initialDelayMs: 1000, backoffCoefficient: 1, maxDelayMs: 1000, ...retries },
      maxDeliveries: 3,
      maxPayloadBytes: 64 * 1024 ** 2,
      graceMs: 500,
      executorSocket: socketPath(),
      startupMs: 10_000,
      ...own,
    },
  };
}

const workers: GatewayProcess[] = [];

/** For `afterEach`. */
export async function stopWorkers(): Promise<void> {
  const running = workers.splice(0);
  for (const worker of running) {
    worker.kill("SIGKILL");
    worker.kill("SIGCONT");
  }
  await Promise.all(running.map(({ exited }) => exited));
}
onStop(stopWorkers);

/** The program as a worker, running. */
export function spawnWorker(
  config: WorkerConfig,
  environment: NodeJS.ProcessEnv = {},
  program = bundle(),
): GatewayProcess {
  const child = spawn(process.execPath, [program], {
    env: { SLIPWAY_CONFIG: JSON.stringify(config), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const worker = new GatewayProcess(child, config as never);
  workers.push(worker);
  return worker;
}

type Wanted = Partial<Pick<CallRecord, "startBy" | "doneBy" | "expiresAt">>;

/** A call as a spawn leaves it: recorded, and its message sent. */
export async function spawnCall(
  aws: AwsStandIns,
  fn: FunctionEntry,
  args: unknown[] = [],
  { notify, ...own }: Wanted & { readonly notify?: { readonly url: string; readonly secret: string } } = {},
): Promise<string> {
  const id = await recordCall(aws, fn, JSON.stringify({ args, kwargs: {} }), own);
  await aws.queue(fn.queueUrl).send({ call: id, ...(notify && { notify }) });
  await aws.table.change(id, sent((await aws.table.get(id))!, Date.now()));
  return id;
}

export async function recordCall(aws: AwsStandIns, fn: FunctionEntry, body: string, own: Wanted = {}): Promise<string> {
  const id = newCallId(fn.tag);
  const now = Date.now();
  const expiresAt = Math.ceil(now / 1000) + RETENTION_S;
  const options = { inlineBytes: INLINE_BYTES, expiresAt, sha256: sha256(body) };
  const input = await aws.payloads.put(id, "in", body, options);
  const record = create({ id, app: fn.app, fn: fn.name, input, now }, { ...fn, retentionS: RETENTION_S });
  await aws.table.create({ ...record, ...own });
  return id;
}

/** The record, once it is in a state. */
export async function reaches(
  aws: AwsStandIns,
  id: string,
  state: CallRecord["state"] | ((record: CallRecord) => boolean),
  timeoutMs?: number,
  intervalMs?: number,
): Promise<CallRecord> {
  let record: CallRecord | undefined;
  const isThere = typeof state === "function" ? state : (found: CallRecord) => found.state === state;
  const look = async () => {
    record = await aws.table.get(id);
    return record !== undefined && isThere(record);
  };
  await until(look, `the call is ${state}`, timeoutMs, intervalMs).catch((error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify(record)}`);
  });
  return record!;
}

/** Wishes a running call cancelled, as the API does it. */
export async function askToCancel(aws: AwsStandIns, { tag }: FunctionEntry, id: string): Promise<void> {
  const record = await reaches(aws, id, "RUNNING");
  const wish = cancel(record, Date.now(), { retentionS: RETENTION_S });
  if (wish.kind !== "ask") throw new Error(wish.kind);
  await aws.table.change(id, wish.change);
  await aws.table.askToCancel(tag, wish.owner, id, record.expiresAt);
}

/** The JSON of a call's result. */
export async function resultOf(aws: AwsStandIns, { id, attempt, output }: CallRecord): Promise<string> {
  return aws.payloads.text(id, `out#${attempt}`, output!);
}

/** The queue has no message left, whether visible or not. */
export async function isEmptied(aws: AwsStandIns, url: string): Promise<void> {
  await until(async () => (await aws.queue(url).depth()) === 0, "the queue is empty");
}
