import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What those who took part in a run have written down, each for itself: a line of JSON for each event, in files that are only
 * appended to, so that a kill loses nothing. Times are milliseconds since 1970 on the one true clock.
 */
interface At {
  readonly t: number;
}

/** What a call's function was told to do: see `load/plan.ts`. */
export type Kind =
  | "quick"
  | "slow"
  | "flaky"
  | "error"
  | "timeout"
  | "stubborn"
  | "large"
  | "poison"
  | "late"
  | "cancelled";

export interface Outcome {
  readonly state: string;
  /** Of the result's JSON. */
  readonly result?: string;
  readonly error?: string;
}

/** The rules by which the run's calls are run. */
export interface RulesEvent extends At {
  readonly e: "rules";
  readonly maxRetries: number;
  readonly maxDeliveries: number;
  readonly attemptMs: number;
  /** The latest that anything is closed after its time: the sweep's slack, its period, and what faults cost. */
  readonly lateMs: number;
}

export interface SpawnEvent extends At {
  /** A client was answered 202, or something else. */
  readonly e: "accepted" | "refused";
  /** The number of the plan's call. */
  readonly n: number;
  readonly kind: Kind;
  readonly key?: string;
  /** The key was used before, with another payload. */
  readonly isOther?: boolean;
  readonly call?: string;
  readonly status?: number;
  readonly code?: string;
}

export interface ReadEvent extends At, Outcome {
  /** A client was told how a call ended. */
  readonly e: "read";
  readonly call: string;
}

export interface CancelEvent extends At {
  /** A client began to ask for a call's end, or was answered. */
  readonly e: "cancel" | "cancel-answer";
  readonly call: string;
  readonly state?: string;
}

export interface BeginEvent extends At {
  readonly e: "begin";
  readonly call: string;
  readonly attempt: number;
  readonly worker: string;
  readonly n: number;
  readonly key?: string;
}

export interface EndEvent extends At {
  readonly e: "end";
  readonly call: string;
  readonly attempt: number;
  readonly worker: string;
  readonly how: "done" | "error" | "cancelled" | "died";
  readonly result?: string;
  readonly error?: string;
}

export interface WriteEvent extends At {
  /** The table has carried out a write to a call's record: the record after it. */
  readonly e: "write";
  readonly call: string;
  readonly state: string;
  readonly attempt: number;
  /** Attempts that were ended by a word of the executor, and are tried again. */
  readonly retried?: number;
  readonly finishedAt?: number;
  /** Whatever says how it ended. */
  readonly ending?: string;
}

export interface MessageEvent extends At {
  /** The queue has carried it out. */
  readonly e: "sent" | "deleted";
  readonly queue: "calls" | "dead";
  readonly call: string;
  readonly message: string;
  /** Of a message that was deleted: the record's state just afterwards, and how many other messages the call then had. */
  readonly state?: string;
  readonly others?: number;
}

export type Event =
  | RulesEvent
  | SpawnEvent
  | ReadEvent
  | CancelEvent
  | BeginEvent
  | EndEvent
  | WriteEvent
  | MessageEvent;

/** A call's record, as the table has it in the end. */
export interface FinalRecord {
  readonly id: string;
  readonly state: string;
  readonly attempt: number;
  readonly createdAt: number;
  readonly startBy: number;
  readonly doneBy: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly hasOutput: boolean;
  /** What its output refers to, wherever that is. */
  readonly result?: string;
  readonly error?: string;
  readonly errorType?: string;
}

/** Everything there is when all is quiet. */
export interface Dump {
  readonly records: readonly FinalRecord[];
  /** Calls that idempotency keys stand for. */
  readonly keys: readonly string[];
  /** Messages that are left in the calls' queues, seen or not. */
  readonly left: number;
  /** Calls of the messages in the dead-letter queue. */
  readonly dead: readonly string[];
}

export interface History {
  readonly events: readonly Event[];
  readonly dump: Dump;
}

export const DUMP_FILE = "dump.json";

/** All files of a folder; a line that a kill has cut off is nobody's word. */
export function readHistory(folder: string): History {
  const events: Event[] = [];
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".jsonl"))) {
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      if (line.endsWith("}")) events.push(JSON.parse(line));
    }
  }
  events.sort((a, b) => a.t - b.t);
  return { events, dump: JSON.parse(readFileSync(join(folder, DUMP_FILE), "utf8")) };
}
