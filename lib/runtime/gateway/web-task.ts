import type { GatewayConfig } from "../../task/gateway-config";
import { openCalls } from "./calls/open-calls";
import { type PublicCalls, publicCalls } from "./calls/public/public-calls";
import { createControlServer, type Health } from "./control";
import { createDataServer } from "./data";
import { writeEmbeddedMetrics } from "./embedded-metrics";
import { listeningSockets } from "./listening-sockets";
import { createLoopbackServer } from "./loopback";
import { obstacle, portsOf } from "./not-ready";
import { createProgram, openAll } from "./program";
import { createService, type Service } from "./service";
import { onTaskStopping } from "./task-state";

/** The load balancer sends to unhealthy tasks when it has no healthy one: such callers are told why until the exit. */
const FAILED_LINGER_MS = 2000;

/** A task that serves requests. */
export async function runWebTask(config: GatewayConfig): Promise<void> {
  const program = createProgram(config);
  const { output, log, exit } = program;
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
  const calls = config.calls && (await openCalls(config, config.calls, program));
  const metrics = () => service.metrics.text();
  await openAll(program, [
    [createControlServer({ health: () => healthOf(service), done: calls?.done }), { host, port: controlPort }],
    [createLoopbackServer({ metrics, calls: calls?.serve }), { host: "127.0.0.1", port: loopbackPort }],
    [createDataServer(service, undefined, calls && publicOf(service, calls)), { host, port }],
  ]);
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

/** Undefined where the calls API is not public. */
function publicOf(
  { config, tokens }: Service,
  { api, log }: Awaited<ReturnType<typeof openCalls>>,
): PublicCalls | undefined {
  return config.calls?.public && tokens
    ? publicCalls({ api, log, auth: tokens, timers: config.web.timers })
    : undefined;
}

/** 200 only when the load balancer should send requests here. */
async function healthOf({ readiness, drain }: Service): Promise<Health> {
  if (drain.isDraining) return { status: 503, state: "DRAINING" };
  if (readiness.state !== "READY") return { status: 503, state: readiness.state };
  if (!(await readiness.isAlive())) return { status: 503, state: "FAILED", reason: "app_unreachable" };
  return { status: 200, state: "READY" };
}

/** The ports of the task's other containers; unknown where they are those of a whole machine, as on a laptop. */
async function openSockets({ host, port, controlPort, loopbackPort }: GatewayConfig["listen"]) {
  const own = [port, controlPort, loopbackPort];
  const sockets = host === undefined ? await listeningSockets() : undefined;
  return sockets?.filter((socket) => !own.includes(socket.port));
}
