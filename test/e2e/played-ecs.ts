import { setTimeout as delay } from "node:timers/promises";
import type { AwsClients } from "./aws-api";
import { type DeployedFunction, readDesiredCounts } from "./read-back";
import { REGION } from "./terraform";

export interface PlayedEcsOptions {
  readonly aws: AwsClients;
  readonly functions: readonly DeployedFunction[];
  /** Resolves when these run. */
  run(functions: readonly DeployedFunction[]): Promise<TaskRunner>;
  /** Targets for which there is no room at first. */
  readonly withoutRoom?: readonly string[];
}

/** Runs one task of each of these functions, behind a load balancer. */
export interface TaskRunner {
  readonly port: number;
  setFunctions(functions: readonly DeployedFunction[]): Promise<void>;
  stop(): Promise<void>;
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
  private runner!: TaskRunner;
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
    const wanted = await ecs.wanted();
    ecs.runner = await options.run(ecs.functionsOf(wanted));
    ecs.started = wanted;
    ecs.following = ecs.follow();
    return ecs;
  }

  get port(): number {
    return this.runner.port;
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
      await this.runner.stop();
    }
  }

  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const wanted = await this.wanted();
      if (String(wanted) !== String(this.started)) {
        await this.runner.setFunctions(this.functionsOf(wanted));
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

  private functionsOf(targets: readonly string[]): DeployedFunction[] {
    return this.options.functions.filter(({ target }) => targets.includes(target));
  }
}
