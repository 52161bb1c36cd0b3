import { join } from "node:path";
import { Child } from "../../child";
import { RULES } from "../settings";
import { callerConfig, controlConfig, type Endpoints, workerConfig } from "./configs";
import { Role, type RoleWorld } from "./role";

export interface Place extends RoleWorld {
  readonly endpoints: Endpoints;
  /** Of sockets, and of what is too large for a line. */
  readonly folder: string;
  /** Of what executors write down. */
  readonly journals: string;
  readonly appPort: number;
}

export class Caller extends Role {
  constructor(
    name: string,
    private readonly place: Place,
  ) {
    super(name, place);
  }

  get apiPort(): number {
    return this.ports[2]!;
  }

  protected config(ports: readonly number[]): object {
    return callerConfig(ports, this.place.endpoints, this.place.appPort);
  }
}

export class Control extends Role {
  constructor(
    name: string,
    private readonly place: Place,
  ) {
    super(name, place);
  }

  protected config(ports: readonly number[]): object {
    return controlConfig(ports, this.place.endpoints);
  }
}

/** A worker's task: the gateway, and the executor beside it, which ends with it and is started again while it lives. */
export class Worker extends Role {
  executor: Child | undefined;

  constructor(
    name: string,
    private readonly place: Place,
  ) {
    super(name, place);
  }

  killExecutor(): void {
    this.executor?.kill("SIGKILL");
  }

  protected config(ports: readonly number[]): object {
    return workerConfig(ports, this.place.endpoints, this.socket);
  }

  protected override begin(gateway: Child): void {
    const executor = new Child(process.execPath, [this.world.programs.executor], {
      env: {
        SLIPWAY_EXECUTOR_SOCKET: this.socket,
        JOURNAL: join(this.place.journals, `${this.name}.jsonl`),
        WORKER: `${this.name}.${this.lives}`,
        GATEWAY_PID: `${gateway.pid}`,
        GRACE_MS: `${RULES.graceMs}`,
      },
    });
    this.executor = executor;
    void executor.exited.then((how) => {
      // By itself it ends when it was told that no more calls come.
      if (how === 0) return;
      if (executor.stderr !== "") this.world.onTrouble(`executor of ${this.name}: ${executor.stderr}`);
      if (gateway.isRunning && this.executor === executor) this.begin(gateway);
    });
  }

  protected override end(): void {
    const { executor } = this;
    this.executor = undefined;
    executor?.kill("SIGKILL");
  }

  protected override pids(): number[] {
    return [...super.pids(), ...(this.executor === undefined ? [] : [this.executor.pid])];
  }

  private get socket(): string {
    return join(this.place.folder, `${this.name}.sock`);
  }
}
