import { existsSync } from "node:fs";
import {
  APP_CONTAINER,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  GATEWAY_CONTAINER,
  PORT_VARIABLE,
} from "../task/container-definition";
import type { GatewayConfig } from "../task/gateway-config";
import { needsPython, runsPython } from "./app-command";
import { reserveFreePorts } from "./free-ports";
import { untilHealthy } from "./gateway-health";
import { givenValues } from "./given-values";
import { LocalError } from "./local-error";
import type { LocalTokens } from "./local-tokens";
import { notReady, whereElse } from "./not-ready";
import { claimOwnPort, ownPort } from "./own-port";
import { describeExit, type Exit, ProcessGroup, type Program } from "./process-group";
import type { PythonEnvironment } from "./python-environment";
import type { RunningTask, TaskDefinition, TaskStarter, TaskWatcher } from "./task";
import { absentVariables, environmentOf, taskParts } from "./task-parts";

export interface LocalTasksOptions {
  /** The bundled gateway. */
  readonly gateway: string;
  /** Secrets and late values that the shell does not have are read from here. */
  readonly dotenvFile?: string;
  /** The environment for a task's code; asked only where that runs Python or has requirements. */
  python(definition: TaskDefinition): Promise<PythonEnvironment>;
  /** In the place of the tables in which gateways look tokens up. */
  readonly tokens: LocalTokens;
}

/** Added to the gateway's own patience with the app: the gateway tells that it gave up. */
const READY_SLACK_MS = 5_000;

/** A server that listens elsewhere by then most likely stays there. */
const SUSPICIOUS_MS = 3_000;

/** What a developer waits for: shorter than on AWS, where the load balancer must learn of the drain first. */
const LOCAL_DRAIN = { deadlineMs: 10_000, quietMs: 50 } as const;

/** Once its gateway is gone nobody talks to the app any more. */
const APP_GRACE_MS = 3_000;

/** Runs tasks as processes of this machine: the gateway as it is in its image, the app from its source folder. */
export class LocalTasks implements TaskStarter {
  readonly ownPort = ownPort;

  constructor(private readonly options: LocalTasksOptions) {}

  async start(definition: TaskDefinition, watcher: TaskWatcher): Promise<RunningTask> {
    const { target, source } = definition;
    const { app, gateway, config } = taskParts(definition);
    if (!existsSync(source)) {
      throw new LocalError(`${target}: its source folder ${source} does not exist.`, {
        fix: "Give the construct `source: __dirname`, or the folder that holds the code.",
      });
    }
    const program = await this.appProgram(definition, app, watcher);
    const endpoints = await this.endpoints(config);
    watcher.signal?.throwIfAborted();

    const own = ownPort(definition);
    if (own !== undefined) await watcher.makeRoom();
    const apps = own === undefined ? await reserveFreePorts(1) : await claimOwnPort(own, target, watcher.signal);
    const gateways = await reserveFreePorts(3);
    const [data, control, loopback] = gateways.ports as [number, number, number];
    const [upstream] = apps.ports as [number];
    const run = (container: string, what: Omit<Program, "cwd" | "onLine">) =>
      new ProcessGroup({
        ...what,
        cwd: source,
        onLine: (line, stream) => watcher.onLog({ target, container, stream, line }),
      });
    const local = localConfig({ ...config, ...endpoints }, { data, control, loopback, upstream });
    const processes = {
      app: run(APP_CONTAINER, { ...program, env: { ...program.env, [PORT_VARIABLE]: String(upstream) } }),
      gateway: run(GATEWAY_CONTAINER, this.gatewayProgram(gateway, local)),
    };
    const task = new LocalTask(target, data, processes, () => {
      apps.release();
      gateways.release();
    });
    const waiting = new AbortController();
    const signal = watcher.signal ? AbortSignal.any([watcher.signal, waiting.signal]) : waiting.signal;
    const withinMs = config.upstream.ready.timeoutMs + READY_SLACK_MS;
    const suspicion = setTimeout(async () => {
      const elsewhere = own === undefined ? undefined : await whereElse(processes.app, own);
      if (elsewhere && !signal.aborted) watcher.onWarning(`${target}: ${elsewhere.what}. ${elsewhere.fix}`);
    }, SUSPICIOUS_MS);
    try {
      const outcome = await Promise.race([untilHealthy(control, withinMs, signal), task.failed]);
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
  private async endpoints({ web, tokens }: GatewayConfig): Promise<Pick<GatewayConfig, "endpoints">> {
    if (!web.auth || !tokens) return {};
    return { endpoints: { dynamodb: await this.options.tokens.serve(tokens.table) } };
  }

  private gatewayProgram(container: ContainerDefinition, config: GatewayConfig): Omit<Program, "cwd" | "onLine"> {
    // The shell's NODE_OPTIONS are meant for the developer's own programs: a debugger's port, say, is there only once.
    const { NODE_OPTIONS: _, ...shell } = process.env;
    return {
      command: process.execPath,
      args: [this.options.gateway],
      env: { ...shell, ...environmentOf(container), [CONFIG_VARIABLE]: JSON.stringify(config) },
    };
  }

  private async appProgram(definition: TaskDefinition, container: ContainerDefinition, watcher: TaskWatcher) {
    const [command, ...args] = container.command ?? [];
    if (command === undefined) {
      throw new LocalError(`${definition.target}: its container "${container.name}" has no command to run here.`, {
        fix: "Only a command in the task definition can run locally; one that is built into the image cannot.",
      });
    }
    const absent = absentVariables(container);
    const { dotenvFile } = this.options;
    const given = givenValues([...absent.keys()], process.env, dotenvFile);
    for (const name of given.missing) {
      const fix = `Export ${name}${dotenvFile ? `, or put it into ${dotenvFile}` : ""}.`;
      watcher.onWarning(`${definition.target}: ${absent.get(name)} has no value here. ${fix}`);
    }
    const python = needsPython(definition) ? await this.options.python(definition) : undefined;
    return {
      command: python && runsPython(container) ? python.python : command,
      args,
      env: { ...process.env, ...python?.env, ...environmentOf(container), ...given.values },
    };
  }
}

class LocalTask implements RunningTask {
  readonly failed: Promise<Error>;
  private stopped = false;

  constructor(
    target: string,
    readonly port: number,
    private readonly processes: { readonly app: ProcessGroup; readonly gateway: ProcessGroup },
    private readonly release: () => void,
  ) {
    this.failed = new Promise((resolve) => {
      for (const [name, group] of Object.entries(processes)) {
        group.exited.then((exit) => {
          if (this.stopped) return;
          const fix = fixForExit(exit);
          resolve(new LocalError(`${target}: the ${name} ${describeExit(exit)}.`, { fix, output: group.tail }));
        });
      }
    });
  }

  /** The gateway first, as ECS does it: what is in flight still needs the app. */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    const { app, gateway } = this.processes;
    await gateway.terminate(graceMs);
    await app.terminate(Math.min(graceMs, APP_GRACE_MS));
    this.release();
  }
}

/** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02 */
const COMMAND_NOT_FOUND = 127;

function fixForExit({ error, code }: Exit): string | undefined {
  if (error?.code === "ENOENT" || code === COMMAND_NOT_FOUND) {
    return "Install it on this machine, or correct the construct's command.";
  }
  if (error?.code === "EACCES") return `chmod +x ${error.path}`;
  // A container ends with its first process, whatever that left running in the background.
  return code === 0 ? "The command has to run as long as the server does: start it in the foreground." : undefined;
}

/** The deployed configuration, but for the ports (a laptop has one set for all tasks) and the drain. */
function localConfig(
  config: GatewayConfig,
  ports: { data: number; control: number; loopback: number; upstream: number },
): GatewayConfig {
  // The company's collector is not for what somebody tries out.
  const { tracing: _, ...rest } = config;
  return {
    ...rest,
    listen: {
      ...config.listen,
      host: "127.0.0.1",
      port: ports.data,
      controlPort: ports.control,
      loopbackPort: ports.loopback,
    },
    upstream: { ...config.upstream, port: ports.upstream },
    drain: {
      deadlineMs: Math.min(config.drain.deadlineMs, LOCAL_DRAIN.deadlineMs),
      quietMs: Math.min(config.drain.quietMs, LOCAL_DRAIN.quietMs),
    },
  };
}
