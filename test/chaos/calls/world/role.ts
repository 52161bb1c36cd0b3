import { get } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts, until } from "../../../runtime/gateway/loopback";
import { Child } from "../../child";
import type { Programs } from "./programs";

export interface RoleWorld {
  readonly programs: Programs;
  /** How far off the next host's clock is. */
  nextSkewMs(): number;
  /** Lines of the programs' logs that are no routine. */
  onTrouble(line: string): void;
}

const BETWEEN_LIVES_MS = 100;

/** A program in one of its roles, in a place where it is started again whenever it has ended. */
export abstract class Role {
  gateway: Child | undefined;
  /** Lives so far. */
  lives = 0;
  ports: readonly number[] = [];
  isPaused = false;
  private isStopped = false;

  constructor(
    readonly name: string,
    protected readonly world: RoleWorld,
  ) {}

  protected abstract config(ports: readonly number[]): object;

  /** Besides the gateway. */
  protected begin(_gateway: Child): void {}
  protected end(): void {}

  /** Resolves when the first life has begun. */
  async start(): Promise<void> {
    this.ports = await freePorts(3);
    this.live();
    await until(() => this.isHealthy(), `${this.name} is healthy`, 30_000);
  }

  kill(): void {
    this.gateway?.kill("SIGKILL");
  }

  /** Stops it as the kernel can, for so long. */
  async pause(ms: number): Promise<void> {
    const pids = this.pids();
    this.isPaused = true;
    for (const pid of pids) signal(pid, "SIGSTOP");
    await delay(ms);
    for (const pid of pids) signal(pid, "SIGCONT");
    this.isPaused = false;
  }

  /** With a word, and no life after it. */
  async retire(): Promise<void> {
    this.isStopped = true;
    this.gateway?.kill("SIGTERM");
    await Promise.race([this.gateway?.exited, delay(15_000, undefined, { ref: false })]);
    this.remove();
  }

  remove(): void {
    this.isStopped = true;
    this.gateway?.kill("SIGKILL");
    this.end();
  }

  isHealthy(): Promise<boolean> {
    return new Promise((resolve) => {
      const request = get({ host: "127.0.0.1", port: this.ports[1], path: "/health", agent: false, timeout: 2000 });
      request.once("response", (answer) => resolve(answer.resume().statusCode === 200));
      request.once("timeout", () => request.destroy(new Error("no answer")));
      request.once("error", () => resolve(false));
    });
  }

  protected pids(): number[] {
    return this.gateway === undefined ? [] : [this.gateway.pid];
  }

  private live(): void {
    this.lives++;
    const { programs } = this.world;
    const gateway = new Child(process.execPath, programs.gatewayArguments(), {
      env: {
        SLIPWAY_CONFIG: JSON.stringify(this.config(this.ports)),
        CLOCK_SKEW_MS: `${this.world.nextSkewMs()}`,
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "local",
        AWS_SECRET_ACCESS_KEY: "local",
      },
      onLine: (line) => {
        if (/"level":"(error|warn)"/.test(line)) this.world.onTrouble(`${this.name}: ${line}`);
      },
    });
    this.gateway = gateway;
    this.begin(gateway);
    void gateway.exited.then(async (how) => {
      if (gateway.stderr !== "") this.world.onTrouble(`${this.name} ended by ${how}: ${gateway.stderr}`);
      this.end();
      await delay(BETWEEN_LIVES_MS);
      if (!this.isStopped) this.live();
    });
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}
