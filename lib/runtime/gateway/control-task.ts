import { randomUUID } from "node:crypto";
import type { ControlConfig } from "../../task/calls-config";
import { loadCalls } from "./calls/load";
import { ownAddress } from "./calls/own-address";
import { createControlServer } from "./control";
import { createLoopbackServer } from "./loopback";
import { createProgram, openAll } from "./program";
import { readTaskMetadata } from "./task-metadata";

/** The control service: it looks after calls that nobody looks after, and wakes functions. */
export async function runControlTask(config: ControlConfig): Promise<void> {
  const program = createProgram(config);
  const { log, exit } = program;
  const metadata = await readTaskMetadata(process.env);
  const stopping = new AbortController();
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping.signal.aborted) return;
    log.info("draining", { signal });
    stopping.abort();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);

  const { host, controlPort, loopbackPort } = config.listen;
  const service = loadCalls().createControlService(config, {
    log,
    owner: metadata?.id ?? randomUUID(),
    self: `http://${ownAddress(metadata, host)}:${controlPort}`,
  });
  const health = () =>
    stopping.signal.aborted
      ? ({ status: 503, state: "DRAINING" } as const)
      : service.isAlive()
        ? ({ status: 200, state: "READY" } as const)
        : ({ status: 503, state: "FAILED", reason: "sweeps_hang" } as const);
  await openAll(program, [
    [createControlServer({ health, wake: (call) => service.wake(call) }), { host, port: controlPort }],
    [createLoopbackServer({ metrics: () => service.metricsText() }), { host: "127.0.0.1", port: loopbackPort }],
  ]);
  log.info("started", { controlPort, loopbackPort });
  await service.run(stopping.signal);
  exit(0, { reason: "drained" });
}
