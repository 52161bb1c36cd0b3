import type { WorkerConfig } from "../task/calls-config";
import {
  APP_CONTAINER,
  CALLS_URL_VARIABLE,
  type ContainerDefinition,
  EXECUTOR_SOCKET_VARIABLE,
  GATEWAY_CONTAINER,
} from "../task/container-definition";
import { makeExecutorFolder } from "./executor-folder";
import { reserveFreePorts } from "./free-ports";
import { untilHealthy } from "./gateway-health";
import { type GatewayPorts, gatewayProcess, localShape } from "./gateway-process";
import { LocalError } from "./local-error";
import type { ContainerProgram, RunContainer } from "./run-container";
import { DRAIN_GRACE_MS } from "./service";
import type { RunningTask, TaskDefinition, TaskWatcher } from "./task";
import type { TaskAws } from "./task-aws";
import { TaskProcesses } from "./task-processes";

interface WorkerStart {
  readonly gateway: ContainerDefinition;
  readonly config: WorkerConfig;
  /** The executor: what runs the code of calls. */
  readonly program: ContainerProgram;
  readonly run: RunContainer;
}

/** A task that runs calls: it takes no requests, and is ready when the executor has loaded the code. */
export async function startWorker(
  { target }: TaskDefinition,
  { gateway, config, program, run }: WorkerStart,
  places: { readonly gatewayProgram: string; readonly aws: TaskAws },
  watcher: TaskWatcher,
): Promise<RunningTask> {
  const { worker } = config;
  const endpoints = await places.aws.forCalls(worker);
  const queues = await places.aws.queues(worker);
  watcher.signal?.throwIfAborted();

  const folder = await makeExecutorFolder();
  const reserved = await reserveFreePorts(3);
  const [port, controlPort, loopbackPort] = reserved.ports as [number, number, number];
  const local = workerConfig(config, { port, controlPort, loopbackPort }, { endpoints, queues, socket: folder.socket });
  const env = {
    ...program.env,
    [EXECUTOR_SOCKET_VARIABLE]: folder.socket,
    ...(config.calls && { [CALLS_URL_VARIABLE]: `http://127.0.0.1:${loopbackPort}` }),
  };
  const processes = {
    app: run(APP_CONTAINER, { ...program, env }),
    gateway: run(GATEWAY_CONTAINER, gatewayProcess(places.gatewayProgram, gateway, local)),
  };
  const task = new TaskProcesses(target, undefined, processes, async () => {
    reserved.release();
    await folder.remove();
  });
  const waiting = new AbortController();
  const signal = watcher.signal ? AbortSignal.any([watcher.signal, waiting.signal]) : waiting.signal;
  try {
    const outcome = await Promise.race([untilHealthy(controlPort, worker.startupMs, signal), task.failed]);
    if (outcome === "healthy") return task;
    if (outcome instanceof Error) throw outcome;
    throw new LocalError(`${target}: its code was not loaded within ${worker.startupMs / 1000} s.`, {
      fix: "Find out what it waits for, or raise startupTimeout if it needs longer.",
      output: processes.app.tail,
    });
  } catch (error) {
    await task.stop(0);
    throw error;
  } finally {
    waiting.abort();
  }
}

/** What is left of the time that a version has to go is for giving back the calls that it still runs. */
const WORKER_DRAIN = { deadlineMs: DRAIN_GRACE_MS / 2, quietMs: 0 };

interface LocalPlaces {
  readonly endpoints: WorkerConfig["endpoints"];
  readonly queues: Pick<WorkerConfig["worker"], "queueUrl" | "dlqUrl">;
  readonly socket: string;
}

/** The deployed configuration, as far as it can be the same here. */
function workerConfig(
  config: WorkerConfig,
  ports: GatewayPorts,
  { endpoints, queues, socket }: LocalPlaces,
): WorkerConfig {
  return {
    ...config,
    ...localShape(config, ports, WORKER_DRAIN),
    endpoints,
    worker: { ...config.worker, ...queues, executorSocket: socket },
  };
}
