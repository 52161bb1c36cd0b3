import { once } from "node:events";
import type { Server } from "node:net";
import type { GatewayConfig } from "../../task/gateway-config";
import { ConfigError, readConfig } from "./config";
import { createControlServer } from "./control";
import { createDataServer } from "./data";
import { writeEmbeddedMetrics } from "./embedded-metrics";
import { listeningSockets } from "./listening-sockets";
import { createLog, thrown } from "./log";
import { createLoopbackServer } from "./loopback";
import { obstacle, portsOf } from "./not-ready";
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
    log.error("crash", thrown(error));
    exit(EXIT_SOFTWARE, { reason: "crash" });
  });

  const { port: appPort, ready } = config.upstream;
  const onLiveness = async (isAlive: boolean) => {
    if (isAlive) return log.info("app_reachable", { appPort });
    const message = `the app accepts no more connections on 127.0.0.1:${appPort}`;
    const open = await openSockets(config.listen);
    log.error("app_unreachable", { message, appPort, openPorts: open && portsOf(open) });
  };
  const service = createService(config, { output, log, onLiveness });
  const { readiness, drain } = service;
  /** For the log only: clients are told that the app is not ready, and no more. */
  const whyNotReady = async (withinMs: number) => {
    const { state, unready } = readiness;
    const open = await openSockets(config.listen);
    const { what, fix } = obstacle(config.upstream, unready, open);
    const message = `the app was not ready within ${withinMs / 1000} s: ${what}. ${fix}`;
    return { message, state, appPort, openPorts: open && portsOf(open), lastLook: unready };
  };
  const onSignal = async (signal: NodeJS.Signals) => {
    // Leaving already.
    if (drain.isFinishing || readiness.state === "FAILED") return;
    const done = drain.finish();
    log.info("draining", { signal, inFlight: drain.inFlight });
    const cutOff = await done;
    await service.tracing?.close();
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
  writeEmbeddedMetrics(output, service.metrics, config);
  log.info("started", { port, controlPort, appPort });

  const halfTime = setTimeout(async () => {
    const why = await whyNotReady(ready.timeoutMs / 2);
    if (readiness.state === "STARTING" && !drain.isDraining) log.warn("app_starts_slowly", why);
  }, ready.timeoutMs / 2);
  const waitedMs = Math.round(await readiness.settle());
  clearTimeout(halfTime);
  if (readiness.state === "READY") {
    log.info("ready", { appPort, waitedMs });
  } else if (!drain.isDraining) {
    log.error("app_failed_to_start", { ...(await whyNotReady(ready.timeoutMs)), waitedMs });
    setTimeout(() => exit(1, { reason: "app_failed_to_start" }), FAILED_LINGER_MS);
  }
}

/** The ports of the task's other containers; unknown where they are those of a whole machine, as on a laptop. */
async function openSockets({ host, port, controlPort, loopbackPort }: GatewayConfig["listen"]) {
  const own = [port, controlPort, loopbackPort];
  const sockets = host === undefined ? await listeningSockets() : undefined;
  return sockets?.filter((socket) => !own.includes(socket.port));
}

async function listen(server: Server, address: { readonly host?: string; readonly port: number }): Promise<void> {
  server.listen(address);
  await once(server, "listening");
}

main();
