import { hostname } from "node:os";
import type { WorkerConfig } from "../../task/calls-config";
import { loadCalls } from "./calls/load";
import { openCalls } from "./calls/open-calls";
import type { WorkerState } from "./calls/worker-role";
import { createControlServer } from "./control";
import { createLoopbackServer } from "./loopback";
import { createProgram, openAll } from "./program";
import { readTaskMetadata } from "./task-metadata";
import { onTaskStopping } from "./task-state";

/** A task that runs function calls. */
export async function runWorkerTask(config: WorkerConfig): Promise<void> {
  const program = createProgram(config);
  const { output, log, exit } = program;
  const { createClients, runWorker } = loadCalls();
  const metadata = await readTaskMetadata(process.env);
  const clients = createClients({ region: config.region, endpoints: config.endpoints });

  const draining = new AbortController();
  const stopping = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping.signal.aborted) return;
    log.info("draining", { signal });
    draining.abort();
    stopping.abort();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  onTaskStopping(process.env, () => {
    log.info("task_stopping");
    draining.abort();
  });

  let state: WorkerState = "STARTING";
  let metrics = () => "";
  const calls = config.calls && (await openCalls(config, config.calls, program, { clients, metadata }));
  const health = () => ({ status: state === "READY" ? (200 as const) : (503 as const), state });
  const { host, controlPort, loopbackPort } = config.listen;
  await openAll(program, [
    [createControlServer({ health, done: calls?.done }), { host, port: controlPort }],
    [
      createLoopbackServer({ metrics: () => metrics(), calls: calls?.serve }),
      { host: "127.0.0.1", port: loopbackPort },
    ],
  ]);
  log.info("started", { controlPort, loopbackPort });
  const { code, reason, fields } = await runWorker(config, {
    output,
    log,
    clients,
    // Outside ECS two workers of one machine are two owners.
    owner: metadata?.id ?? `${hostname()}-${process.pid}-${Date.now()}`,
    revision: metadata?.revision,
    draining: draining.signal,
    stopping: stopping.signal,
    report: (next) => {
      state = next;
    },
    serveMetrics: (text) => {
      metrics = text;
    },
  });
  exit(code, { reason, ...fields });
}
