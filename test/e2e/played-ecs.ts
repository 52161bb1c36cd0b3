import { setTimeout as delay } from "node:timers/promises";
import { type ServedDefinitions, serveDefinitions, type TaskDefinition } from "../../lib/local";
import type { PythonEnvironment } from "../../lib/local/python-environment";
import type { ListenerRule } from "../../lib/routing";
import type { AwsClients } from "./aws-api";
import { type DeployedFunction, readDesiredCounts } from "./read-back";
import { REGION } from "./terraform";

export interface PlayedEcsOptions {
  readonly aws: AwsClients;
  readonly functions: readonly DeployedFunction[];
  readonly rules: readonly ListenerRule[];
  /** The folder of a function's code. */
  source(target: string): string;
  python(source: string): Promise<PythonEnvironment>;
  /** What a task's containers have beside their own variables. */
  environment(fn: DeployedFunction): Readonly<Record<string, string>>;
  /** Targets for which there is no room at first. */
  readonly withoutRoom?: readonly string[];
}

/** What a task's containers need to ask an emulator, or what stands before it: the access key tells who asks. */
export function credentialsOf(target: string, endpoint: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyOf(target),
    AWS_SECRET_ACCESS_KEY: "none",
    AWS_SESSION_TOKEN: "",
    // Nothing of whoever runs the tests.
    AWS_PROFILE: "",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** A slash would end it in the signature. */
function accessKeyOf(target: string): string {
  return target.replace("/", ".");
}

const LOOK_EVERY_MS = 200;

/** ECS's part, in which the emulator runs nothing: each service that is to have tasks has one on this machine. */
export class PlayedEcs {
  private served!: ServedDefinitions;
  private started: readonly string[] = [];
  private readonly stopping = new AbortController();
  private following: Promise<void> = Promise.resolve();

  private readonly withoutRoom: Set<string>;

  private constructor(private readonly options: PlayedEcsOptions) {
    this.withoutRoom = new Set(options.withoutRoom);
  }

  /** Resolves when what is to run at first does. */
  static async start(options: PlayedEcsOptions): Promise<PlayedEcs> {
    const ecs = new PlayedEcs(options);
    const { rules, python, functions, environment } = options;
    const wanted = await ecs.wanted();
    ecs.served = await serveDefinitions({
      definitions: ecs.definitionsOf(wanted),
      rules,
      python: ({ source }) => python(source),
      aws: { environment: ({ target }) => environment(functions.find((fn) => fn.target === target)!) },
    });
    ecs.started = wanted;
    ecs.following = ecs.follow();
    return ecs;
  }

  get port(): number {
    return this.served.port;
  }

  /** Targets of what runs. */
  get running(): readonly string[] {
    return this.started;
  }

  /** From now on its tasks are placed too. */
  makeRoom(target: string): void {
    this.withoutRoom.delete(target);
  }

  /** Rejects with what kept a task from starting. */
  async stop(): Promise<void> {
    this.stopping.abort();
    try {
      await this.following;
    } finally {
      await this.served.stop();
    }
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const wanted = await this.wanted();
      if (String(wanted) !== String(this.started)) {
        await this.served.setDefinitions(this.definitionsOf(wanted));
        this.started = wanted;
      }
      await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  private async wanted(): Promise<string[]> {
    const counts = await readDesiredCounts(this.options.aws, this.options.functions);
    const wanted = [...counts].filter(([, count]) => count > 0).map(([target]) => target);
    return wanted.filter((target) => !this.withoutRoom.has(target));
  }

  private definitionsOf(targets: readonly string[]): TaskDefinition[] {
    const { functions, source } = this.options;
    const wanted = functions.filter(({ target }) => targets.includes(target));
    return wanted.map(({ target, containers }) => ({ target, containers, source: source(target) }));
  }
}
