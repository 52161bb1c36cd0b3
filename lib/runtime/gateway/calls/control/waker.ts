import { type FunctionEntry, isFinal, tagOf } from "../../../../calls";
import type { CallTable, Clients } from "../../../../calls/aws";
import type { Log } from "../../log";
import type { Tally } from "./control-metrics";
import type { FunctionList } from "./function-list";

/** A service that was just looked at need not be again. */
const LOOK_EVERY_MS = 2000;

/** Of two control tasks one wakes a service; the other finds it awake by then. */
const LEASE_MS = 10_000;

export interface Services {
  asleep(services: readonly string[]): Promise<Set<string>>;
  wake(service: string): Promise<void>;
}

export interface WakerParts {
  /** Undefined where no service can be woken. */
  readonly services: Services | undefined;
  readonly functions: FunctionList;
  readonly table: CallTable;
  readonly clock: Clients["clock"];
  readonly owner: string;
  readonly log: Log;
  readonly tally: Tally;
}

/** Sets services that are to have no task to one task, and never changes any other number. */
export class Waker {
  private readonly lookedAt = new Map<string, number>();

  constructor(private readonly parts: WakerParts) {}

  /** A gateway's word that a call waits; false when it names none that is open. */
  async onWord(call: string): Promise<boolean> {
    const { functions, table, tally, log } = this.parts;
    try {
      const tag = tagOf(call);
      const entry = tag === undefined ? undefined : await functions.byTag(tag);
      if (entry === undefined) return false;
      const record = await table.get(call, AbortSignal.timeout(LEASE_MS / 2));
      if (record === undefined || isFinal(record.state)) return false;
      tally.add("wake_words");
      // The gateway does not wait for ECS.
      void this.wakeIfAsleep(entry);
      return true;
    } catch (error) {
      log.warn("wake_failed", { call, message: (error as Error).message });
      return false;
    }
  }

  /** It never rejects: whoever still waits is found by the next look at the queues. */
  async wakeIfAsleep({ service, app, name }: FunctionEntry): Promise<void> {
    const { services, log } = this.parts;
    const now = performance.now();
    if (services === undefined || now - (this.lookedAt.get(service) ?? Number.NEGATIVE_INFINITY) < LOOK_EVERY_MS)
      return;
    this.lookedAt.set(service, now);
    try {
      if (!(await services.asleep([service])).has(service)) return;
      if (!(await this.lease(service))) return;
      // Somebody may have woken it, and it may have grown, before the lease was ours.
      if (!(await services.asleep([service])).has(service)) return;
      await services.wake(service);
      this.parts.tally.add("woken");
      log.info("woken", { service, target: `${app}/${name}` });
    } catch (error) {
      this.lookedAt.delete(service);
      log.warn("wake_failed", { service, message: (error as Error).message });
    }
  }

  private lease(service: string): Promise<boolean> {
    const { table, clock, owner } = this.parts;
    if (!clock.isKnown) return Promise.resolve(false);
    const now = clock.now();
    return table.lease(`wake#${service}`, owner, now, now + LEASE_MS, AbortSignal.timeout(LEASE_MS / 2));
  }
}
