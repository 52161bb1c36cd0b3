import type { ControlConfig } from "../task/calls-config";
import type { ContainerDefinition } from "../task/container-definition";
import { CONTROL_CONTAINER } from "../task/control-task";
import { reserveFreePorts } from "./free-ports";
import { untilHealthy } from "./gateway-health";
import { type GatewayPorts, gatewayProcess, localShape } from "./gateway-process";
import { LocalError } from "./local-error";
import type { RunContainer } from "./run-container";
import type { RunningTask, TaskDefinition, TaskWatcher } from "./task";
import type { Endpoints, TaskAws } from "./task-aws";
import { TaskProcesses } from "./task-processes";

interface ControlStart {
  readonly gateway: ContainerDefinition;
  readonly config: ControlConfig;
  readonly run: RunContainer;
}

/** It has no code to load. */
const PATIENCE_MS = 10_000;

/** A task of the control service: the gateway's program alone. */
export async function startControl(
  { target }: TaskDefinition,
  { gateway, config, run }: ControlStart,
  places: { readonly gatewayProgram: string; readonly aws: TaskAws },
  watcher: TaskWatcher,
): Promise<RunningTask> {
  const endpoints = await places.aws.forCalls(config.control);
  watcher.signal?.throwIfAborted();
  const reserved = await reserveFreePorts(3);
  const [port, controlPort, loopbackPort] = reserved.ports as [number, number, number];
  const { hasServices } = places.aws;
  const local = controlConfig(config, { port, controlPort, loopbackPort }, { endpoints, hasServices });
  const gatewayGroup = run(CONTROL_CONTAINER, gatewayProcess(places.gatewayProgram, gateway, local));
  const task = new TaskProcesses(target, undefined, { gateway: gatewayGroup }, reserved.release);
  const waiting = new AbortController();
  const signal = watcher.signal ? AbortSignal.any([watcher.signal, waiting.signal]) : waiting.signal;
  try {
    const outcome = await Promise.race([untilHealthy(controlPort, PATIENCE_MS, signal), task.failed]);
    if (outcome === "healthy") return task;
    if (outcome instanceof Error) throw outcome;
    throw new LocalError(`${target} was not ready within ${PATIENCE_MS / 1000} s.`, { output: gatewayGroup.tail });
  } catch (error) {
    await task.stop(0);
    throw error;
  } finally {
    waiting.abort();
  }
}

/** The deployed configuration, as far as it can be the same here. */
function controlConfig(
  config: ControlConfig,
  ports: GatewayPorts,
  { endpoints, hasServices }: { endpoints: Endpoints; hasServices: boolean },
): ControlConfig {
  const cluster = hasServices ? config.control.cluster : null;
  return { ...config, ...localShape(config, ports), endpoints, control: { ...config.control, cluster } };
}
