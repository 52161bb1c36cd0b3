import { type CallRecord, type FunctionEntry, openKeys, sweep } from "../../../../calls";
import { CallQueue, type CallTable, type Clients, type RememberedFunction } from "../../../../calls/aws";
import type { Log } from "../../log";
import type { Tally } from "./control-metrics";
import type { DepartedFunctions } from "./departed-functions";
import type { FunctionList } from "./function-list";

/** Records that are looked after at once. */
const AT_ONCE = 16;
/** A line for each of many failures would say no more. */
const MOST_ERROR_LINES = 5;
const ASK_MS = 10_000;

/** One that is deployed no more has no queue. */
type Swept = RememberedFunction & Partial<Pick<FunctionEntry, "queueUrl">>;

export interface SweeperParts {
  readonly functions: FunctionList;
  readonly departed: DepartedFunctions;
  readonly table: CallTable;
  readonly clients: Clients;
  readonly retentionS: number;
  readonly log: Log;
  readonly tally: Tally;
}

/** Looks after open calls whose time has come: ends what is over, and sends messages where there are none. */
export class Sweeper {
  /** Anywhere: who led before may have been cut short at the same function each time. */
  private turn = Math.floor(Math.random() * 1_000_000);
  private errors = 0;

  constructor(private readonly parts: SweeperParts) {}

  /** One look at every function, as long as `goesOn`; a sweep that is cut short begins elsewhere the next time. */
  async sweep(goesOn: () => boolean): Promise<void> {
    const { clients, tally } = this.parts;
    this.errors = 0;
    const all = await this.all();
    const beats = new Map<string, Promise<number | undefined>>();
    for (let i = 0; i < all.length; i++) {
      const entry = all[(this.turn + i) % all.length]!;
      const partitions = openKeys(entry.tag);
      await inParallel(partitions, AT_ONCE, (partition) => this.partition(partition, entry, beats, goesOn));
      // An offset that has become doubtful is no ground to end anything.
      if (!goesOn() || !clients.clock.isKnown) {
        this.turn = (this.turn + i) % all.length;
        return;
      }
    }
    tally.add("sweeps");
  }

  private async all(): Promise<readonly Swept[]> {
    const { functions, departed, clients } = this.parts;
    const today = await functions.all();
    const gone = await departed.besides(today, clients.clock.now()).catch((error) => {
      this.failed(error, "functions that are gone");
      return [];
    });
    return [...today, ...gone];
  }

  private async partition(
    partition: string,
    entry: Swept,
    beats: Map<string, Promise<number | undefined>>,
    goesOn: () => boolean,
  ): Promise<void> {
    const { table, clients } = this.parts;
    try {
      for await (const id of table.due(partition, clients.clock.now(), AbortSignal.timeout(6 * ASK_MS))) {
        if (!goesOn()) return;
        await this.record(id, entry, beats).catch((error) => this.failed(error, id));
      }
    } catch (error) {
      this.failed(error, partition);
    }
  }

  private async record(id: string, entry: Swept, beats: Map<string, Promise<number | undefined>>) {
    const { table, clients, retentionS, tally } = this.parts;
    const signal = AbortSignal.timeout(ASK_MS);
    const record = await table.get(id, signal);
    if (record === undefined) return;
    tally.add("looked");
    const ownerBeat = await this.beat(record, entry.tag, beats);
    const rules = { visibilityMs: entry.visibilityMs, retentionS, hasQueue: entry.queueUrl !== undefined };
    const decision = sweep(record, { now: clients.clock.now(), ownerBeat }, rules);
    if (decision === undefined) return;
    // First the message: a record that says it is sent must not be without one.
    if (decision.kind === "send") await new CallQueue(clients.sqs, entry.queueUrl!).send({ call: id }, 0, signal);
    if (!(await table.change(id, decision.change, signal))) return tally.add("overtaken");
    tally.add(decision.kind === "close" ? "closed" : decision.kind === "send" ? "sent" : "put_off");
    if (decision.kind === "close") this.parts.log.info("call_closed", { call: id, state: decision.state });
  }

  /** One question for each worker and sweep: it may hold many calls. */
  private beat({ leaseOwner }: CallRecord, tag: string, beats: Map<string, Promise<number | undefined>>) {
    if (leaseOwner === undefined) return undefined;
    const key = `${tag} ${leaseOwner}`;
    let beat = beats.get(key);
    if (beat === undefined) {
      beat = this.parts.table.beatOf(tag, leaseOwner, AbortSignal.timeout(ASK_MS));
      beats.set(key, beat);
    }
    return beat;
  }

  private failed(error: unknown, subject: string): void {
    this.parts.tally.add("sweep_errors");
    if (++this.errors <= MOST_ERROR_LINES) {
      this.parts.log.warn("sweep_failed", { subject, message: (error as Error).message });
    }
  }
}

async function inParallel<T>(items: readonly T[], most: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const one = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, one));
}
