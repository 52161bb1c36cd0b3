import type { ListenerRule } from "../routing";
import type { SecretPair } from "../tokens/secret-pair";
import type { Endpoint } from "./deployment";
import { Engine } from "./engine";
import type { LocalEvent, OnEvent } from "./events";
import { gatewayProgram } from "./gateway-program";
import { LocalAws } from "./local-aws";
import { LocalError } from "./local-error";
import { LocalTasks, type LocalTasksOptions } from "./local-task";
import { refuseSharedPorts } from "./own-port";
import { Router } from "./router";
import type { TaskDefinition } from "./task";
import { DeployedAws, type DeployedAwsOptions } from "./task-aws";

export interface ServeDefinitionsOptions extends Pick<LocalTasksOptions, "python"> {
  /** Task definitions, as DescribeTaskDefinition returns their containers, each with the folder of its code. */
  readonly definitions: readonly TaskDefinition[];
  /** Listener rules, as DescribeRules returns them, with `<app>/<name>` in place of the target group. */
  readonly rules: readonly ListenerRule[];
  /** Functions that get a local name (`<label>.localhost`); their deployed hosts and paths work in any case. */
  readonly endpoints?: readonly Endpoint[];
  /**
   * The tables, queues, bucket and services that are deployed, for tasks to use.
   * @default - servers in their place, in memory
   */
  readonly aws?: DeployedAwsOptions;
  /** @default any free port */
  readonly port?: number;
  readonly onEvent?: OnEvent;
}

export interface ServedDefinitions {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  readonly port: number;
  /** Opens the functions that require a token; undefined where the tokens are those that are deployed. */
  readonly token: SecretPair | undefined;
  /** Takes effect for the next request. */
  setRules(rules: readonly ListenerRule[]): void;
  /** Starts what is new, replaces what has changed and ends what is no longer there. Rejects if one cannot start. */
  setDefinitions(definitions: readonly TaskDefinition[]): Promise<void>;
  stop(): Promise<void>;
}

const STOP_GRACE_MS = 2_000;

/** Runs task definitions behind listener rules on this machine. Rejects, with nothing left running, if one cannot start. */
export async function serveDefinitions(options: ServeDefinitionsOptions): Promise<ServedDefinitions> {
  const { definitions, python, endpoints = [], port = 0, onEvent } = options;
  const gateway = gatewayProgram();
  refuseSharedPorts(definitions);
  const router = await Router.listen({ port });
  const failures: Extract<LocalEvent, { type: "start-failed" }>[] = [];
  const local = new LocalAws();
  const aws = options.aws ? new DeployedAws(options.aws) : local;
  const starter = new LocalTasks({ gateway, python, aws });
  const engine = new Engine(starter, router, (event) => {
    if (event.type === "start-failed") failures.push(event);
    onEvent?.(event);
  });
  let { rules } = options;
  const run = async (tasks: readonly TaskDefinition[]) => {
    failures.length = 0;
    await engine.apply({ tasks, rules, endpoints });
    const [failed] = failures;
    if (!failed) return;
    const { message, output } = failed.failure;
    throw new LocalError(output ? `${message}\n${output}` : message, failed.failure);
  };
  const stop = async () => {
    await engine.stop(STOP_GRACE_MS);
    await router.close();
    await local.close();
  };

  try {
    await run(definitions);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${router.port}`,
    port: router.port,
    token: options.aws ? undefined : local.tokens.pair,
    setRules: (next) => {
      rules = next;
      router.setRules(next);
    },
    setDefinitions: async (next) => {
      refuseSharedPorts(next);
      await run(next);
    },
    stop,
  };
}
