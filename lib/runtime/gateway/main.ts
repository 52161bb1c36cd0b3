import { once } from "node:events";
import type { Server } from "node:http";
import type { GatewayConfig } from "../../task/gateway-config";
import { ConfigError, readConfig } from "./config";
import { createControlServer } from "./control";
import { createDataServer } from "./data";
import { writeEmbeddedMetrics } from "./embedded-metrics";
import { createLog } from "./log";
import { createLoopbackServer } from "./loopback";
import { Output } from "./output";
import { createService } from "./service";
import { onTaskStopping } from "./task-state";

/** sysexits.h: a configuration error, an internal error. */
const EXIT_CONFIG = 78;
const EXIT_SOFTWARE = 70;

/** The load balancer sends to unhealthy tasks when it has no healthy one: such callers are told why until the exit. */
const FAILED_LINGER_MS = 2000;

function main(): void {
  let config: GatewayConfig;
  try {
    config = readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(error.message);
    process.exit(EXIT_CONFIG);
  }
  void run(config);
}

async function run(config: GatewayConfig): Promise<void> {
  const output = new Output((text) => process.stdout.write(text));
  const log = createLog(output, { app: config.app, function: config.function });
  const exit = (code: number, fields: object) => {
    log.info("exit", { code, ...fields });
    process.exit(code);
  };
  process.on("uncaughtException", (error) => {
    log.error("crash", { message: error.message, stack: error.stack });
    exit(EXIT_SOFTWARE, { reason: "crash" });
  });

  const service = createService(config, output);
  const { readiness, drain } = service;
  const onSignal = async (signal: NodeJS.Signals) => {
    // Leaving already.
    if (drain.isFinishing || readiness.state === "FAILED") return;
    const done = drain.finish();
    log.info("draining", { signal, inFlight: drain.inFlight });
    const cutOff = await done;
    exit(0, { reason: cutOff === 0 ? "drained" : "drain_deadline", cutOff });
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  onTaskStopping(process.env, () => {
    drain.begin();
    log.info("task_stopping", { inFlight: drain.inFlight });
  });

  const { host, port, controlPort, loopbackPort } = config.listen;
  try {
    await listen(createControlServer({ readiness, drain }), { host, port: controlPort });
    await listen(createLoopbackServer(service.metrics), { host: "127.0.0.1", port: loopbackPort });
    await listen(createDataServer(service), { host, port });
  } catch (error) {
    log.error("listen_failed", { message: (error as Error).message });
    exit(1, { reason: "listen_failed" });
  }
  const { port: appPort, ready } = config.upstream;
  writeEmbeddedMetrics(output, service.metrics, config);
  log.info("started", { port, controlPort, appPort });

  const waitedMs = Math.round(await readiness.settle());
  if (readiness.state === "READY") {
    log.info("ready", { appPort, waitedMs });
  } else if (!drain.isDraining) {
    const wanted = ready.kind === "tcp" ? "accept a connection" : `answer GET ${ready.path} with 100 to 399`;
    const message = `the app did not ${wanted} on 127.0.0.1:${appPort} within ${waitedMs / 1000} s (${readiness.problem})`;
    log.error("app_failed_to_start", { message, appPort, waitedMs });
    setTimeout(() => exit(1, { reason: "app_failed_to_start" }), FAILED_LINGER_MS);
  }
}

async function listen(server: Server, address: { readonly host?: string; readonly port: number }): Promise<void> {
  server.listen(address);
  await once(server, "listening");
}

main();
