import { setTimeout as delay } from "node:timers/promises";
import { SWEEPS_BETWEEN_QUEUES } from "../../../../calls";
import { CallTable, ControlAddresses, createClients, FunctionMemory, Registry } from "../../../../calls/aws";
import type { ControlConfig } from "../../../../task/calls-config";
import type { Log } from "../../log";
import { Announcer } from "./announcer";
import { Tally } from "./control-metrics";
import { DepartedFunctions } from "./departed-functions";
import { EcsServices } from "./ecs-services";
import { FunctionList } from "./function-list";
import { Leadership } from "./leadership";
import { wakeSleepers } from "./sleepers";
import { Sweeper } from "./sweeper";
import { Waker } from "./waker";

/** Rounds that never end are a reason for another task. */
const HANGS_AFTER_MS = 5 * 60_000;

export interface ControlSurroundings {
  readonly log: Log;
  /** Names this task among those of the service. */
  readonly owner: string;
  /** Base URL of its control port, as gateways reach it. */
  readonly self: string;
}

export function createControlService(config: ControlConfig, surroundings: ControlSurroundings): ControlService {
  return new ControlService(config, surroundings);
}

/** Every task answers gateways; the one that has the lease sweeps. */
export class ControlService {
  private readonly clients;
  private readonly functions: FunctionList;
  private readonly services: EcsServices | undefined;
  private readonly waker: Waker;
  private readonly sweeper: Sweeper;
  private readonly leadership: Leadership;
  private readonly announcer: Announcer;
  private readonly tally = new Tally();
  private readonly log: Log;
  private roundAt = performance.now();
  private sleepersAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly config: ControlConfig,
    { log, owner, self }: ControlSurroundings,
  ) {
    const { region, endpoints, control } = config;
    this.log = log;
    this.clients = createClients({ region, endpoints });
    const { dynamodb, clock } = this.clients;
    const table = new CallTable(dynamodb, control.table);
    this.functions = new FunctionList(new Registry(dynamodb, control.registry));
    this.services =
      control.cluster === null
        ? undefined
        : new EcsServices({ region, cluster: control.cluster, endpoint: endpoints?.ecs ?? undefined });
    const { functions, clients, tally } = this;
    this.waker = new Waker({ services: this.services, functions, table, clock, owner, log, tally });
    const departed = new DepartedFunctions(new FunctionMemory(dynamodb, control.table));
    this.sweeper = new Sweeper({ functions, departed, table, clients, retentionS: control.retentionS, log, tally });
    this.leadership = new Leadership({ table, clock, owner, leaseMs: control.leaseMs, log });
    const addresses = new ControlAddresses(dynamodb, control.table);
    this.announcer = new Announcer({ addresses, clock, owner, self, log });
  }

  /** A gateway's word that a call waits for a function which may sleep. */
  wake(call: string): Promise<boolean> {
    return this.waker.onWord(call);
  }

  isAlive(): boolean {
    return performance.now() - this.roundAt < HANGS_AFTER_MS;
  }

  metricsText(): string {
    return this.tally.text(this.leadership.isLeader);
  }

  async run(stopping: AbortSignal): Promise<void> {
    this.leadership.begin(stopping);
    this.announcer.begin();
    while (!stopping.aborted) {
      this.roundAt = performance.now();
      await this.round(stopping).catch((error: Error) => {
        this.log.warn("sweep_failed", { message: error.message });
      });
      const left = this.roundAt + this.config.control.sweepMs - performance.now();
      await delay(Math.max(0, left), undefined, { signal: stopping }).catch(() => undefined);
    }
    await Promise.all([this.announcer.end(), this.leadership.end()]);
  }

  private async round(stopping: AbortSignal): Promise<void> {
    const goesOn = () => {
      this.roundAt = performance.now();
      return this.leadership.isLeader && !stopping.aborted;
    };
    if (!this.leadership.isLeader || stopping.aborted || !this.clients.clock.isKnown) return;
    const began = performance.now();
    const sleepersMs = SWEEPS_BETWEEN_QUEUES * this.config.control.sweepMs;
    await this.sweeper.sweep(goesOn);
    if (this.services && goesOn() && performance.now() - this.sleepersAt >= sleepersMs) {
      this.sleepersAt = performance.now();
      const { services, waker, clients, log } = this;
      await wakeSleepers(await this.functions.all(), { services, waker, clients, log });
    }
    const { sweeps: _, ...counts } = this.tally.take();
    if (Object.keys(counts).length > 0) {
      this.log.info("swept", { ...counts, totalMs: Math.round(performance.now() - began) });
    }
  }
}
