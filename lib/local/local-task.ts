import { existsSync } from "node:fs";
import {
  APP_CONTAINER,
  CALLS_URL_VARIABLE,
  type ContainerDefinition,
  GATEWAY_CONTAINER,
  PORT_VARIABLE,
} from "../task/container-definition";
import type { GatewayConfig } from "../task/gateway-config";
import { type AppProgramOptions, appProgram } from "./app-program";
import { startControl } from "./control-task";
import { reserveFreePorts } from "./free-ports";
import { untilHealthy } from "./gateway-health";
import { type GatewayPorts, gatewayProcess, localShape } from "./gateway-process";
import { LocalError } from "./local-error";
import { startWorker } from "./local-worker";
import { notReady, whereElse } from "./not-ready";
import { claimOwnPort, ownPort } from "./own-port";
import { type ContainerProgram, containersOf, type RunContainer } from "./run-container";
import type { RunningTask, TaskDefinition, TaskStarter, TaskWatcher } from "./task";
import type { TaskAws } from "./task-aws";
import { taskParts } from "./task-parts";
import { TaskProcesses } from "./task-processes";

export interface LocalTasksOptions extends AppProgramOptions {
  /** The bundled gateway. */
  readonly gateway: string;
  readonly aws: TaskAws;
}

/** A server that listens elsewhere by then most likely stays there. */
const SUSPICIOUS_MS = 3_000;

/** Runs tasks as processes of this machine: the gateway as it is in its image, the app from its source folder. */
export class LocalTasks implements TaskStarter {
  readonly ownPort = ownPort;

  constructor(private readonly options: LocalTasksOptions) {}

  async start(definition: TaskDefinition, watcher: TaskWatcher): Promise<RunningTask> {
    const { target, source } = definition;
    const { gateway: gatewayProgram, aws } = this.options;
    const parts = taskParts(definition);
    const run = containersOf(definition, watcher, aws.environment(definition));
    if (parts.role === "control") return startControl(definition, { ...parts, run }, { gatewayProgram, aws }, watcher);
    if (!existsSync(source)) {
      throw new LocalError(`${target}: its source folder ${source} does not exist.`, {
        fix: "Give the construct `source: __dirname`, or the folder that holds the code.",
      });
    }
    const program = await appProgram(definition, parts.app, watcher, this.options);
    if (parts.role === "worker") {
      return startWorker(definition, { ...parts, program, run }, { gatewayProgram, aws }, watcher);
    }
    const endpoints = await this.endpoints(parts.config);
    watcher.signal?.throwIfAborted();
    return this.startWeb(definition, { ...parts, config: { ...parts.config, ...endpoints }, program, run }, watcher);
  }

  private async startWeb(
    definition: TaskDefinition,
    { gateway, config, program, run }: WebStart,
    watcher: TaskWatcher,
  ): Promise<RunningTask> {
    const { target } = definition;
    const own = ownPort(definition);
    if (own !== undefined) await watcher.makeRoom();
    const apps = own === undefined ? await reserveFreePorts(1) : await claimOwnPort(own, target, watcher.signal);
    const gateways = await reserveFreePorts(3);
    const [port, controlPort, loopbackPort] = gateways.ports as [number, number, number];
    const [upstream] = apps.ports as [number];
    const local = webConfig(config, { port, controlPort, loopbackPort }, upstream);
    const env = {
      ...program.env,
      [PORT_VARIABLE]: String(upstream),
      ...(config.calls && { [CALLS_URL_VARIABLE]: `http://127.0.0.1:${loopbackPort}` }),
    };
    const processes = {
      app: run(APP_CONTAINER, { ...program, env }),
      gateway: run(GATEWAY_CONTAINER, gatewayProcess(this.options.gateway, gateway, local)),
    };
    const task = new TaskProcesses(target, port, processes, () => {
      apps.release();
      gateways.release();
    });
    const waiting = new AbortController();
    const signal = watcher.signal ? AbortSignal.any([watcher.signal, waiting.signal]) : waiting.signal;
    const patienceMs = config.upstream.ready.timeoutMs;
    const suspicion = setTimeout(async () => {
      const elsewhere = own === undefined ? undefined : await whereElse(processes.app, own);
      if (elsewhere && !signal.aborted) watcher.onWarning(`${target}: ${elsewhere.what}. ${elsewhere.fix}`);
    }, SUSPICIOUS_MS);
    try {
      const outcome = await Promise.race([untilHealthy(controlPort, patienceMs, signal), task.failed]);
      if (outcome === "healthy") return task;
      if (outcome instanceof Error) throw outcome;
      throw await notReady(target, processes.app, local.upstream, own !== undefined);
    } catch (error) {
      await task.stop(0);
      throw error;
    } finally {
      clearTimeout(suspicion);
      waiting.abort();
    }
  }

  /** What the gateway asks in AWS's place. */
  private async endpoints({ web, tokens, calls }: GatewayConfig): Promise<Pick<GatewayConfig, "endpoints">> {
    const { aws } = this.options;
    const endpoints = {
      ...(tokens && (web.auth || calls?.public) && (await aws.forTokens(tokens.table))),
      ...(calls && (await aws.forCalls(calls))),
    };
    return Object.keys(endpoints).length > 0 ? { endpoints } : {};
  }
}

interface WebStart {
  readonly gateway: ContainerDefinition;
  readonly config: GatewayConfig;
  readonly program: ContainerProgram;
  readonly run: RunContainer;
}

/** The deployed configuration, as far as it can be the same here. */
function webConfig(config: GatewayConfig, ports: GatewayPorts, upstream: number): GatewayConfig {
  // The company's collector is not for what somebody tries out.
  const { tracing: _, ...rest } = config;
  return {
    ...rest,
    ...localShape(config, ports),
    upstream: { ...config.upstream, port: upstream },
  };
}
