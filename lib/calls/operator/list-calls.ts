import type { CallRecord, CallState } from "../record";
import { isFinal } from "../record";
import type { Target } from "./function-named";
import type { OperatorStores } from "./stores";

/** Records of open calls that are read for one list: a backlog may have millions. */
export const MOST_OPEN_READ = 10_000;

const AT_ONCE = 100;

export interface Wanted {
  /** Any state without one. */
  readonly states: ReadonlySet<CallState>;
  readonly limit: number;
}

export interface CallList {
  /** The newest ones, the newest first. */
  readonly records: readonly CallRecord[];
  /** How many there were of the wanted kind among those that were read. */
  readonly matching: number;
  /** Whether there are more open calls than were read. */
  readonly isPartial: boolean;
}

/** The newest of the open calls, of one function or of all. */
export async function openCalls(
  { survey }: OperatorStores,
  wanted: Wanted,
  tag?: string,
  mostRead = MOST_OPEN_READ,
): Promise<CallList> {
  const newest = new Newest(wanted);
  let ids: string[] = [];
  let read = 0;
  // The index is a moment behind: some have ended.
  const readThem = async () => {
    for (const record of await survey.records(ids)) if (!isFinal(record.state)) newest.add(record);
    ids = [];
  };
  for await (const id of survey.openIds(tag)) {
    if (read === mostRead) {
      await readThem();
      return newest.list(true);
    }
    read += 1;
    ids.push(id);
    if (ids.length === AT_ONCE) await readThem();
  }
  await readThem();
  return newest.list(false);
}

/** The newest of all calls, finished ones as well. */
export async function allCalls({ survey, now }: OperatorStores, wanted: Wanted, of?: Target): Promise<CallList> {
  const newest = new Newest(wanted);
  for await (const record of survey.everyRecord(of)) {
    // DynamoDB takes days to delete what has expired.
    if (record.expiresAt * 1000 > now()) newest.add(record);
  }
  return newest.list(false);
}

/** The newest of records that come in any order, without all of them in memory. */
class Newest {
  private kept: CallRecord[] = [];
  private matching = 0;

  constructor(private readonly wanted: Wanted) {}

  add(record: CallRecord): void {
    const { states, limit } = this.wanted;
    if (states.size > 0 && !states.has(record.state)) return;
    this.matching += 1;
    this.kept.push(record);
    if (this.kept.length >= 2 * limit + 100) this.trim();
  }

  list(isPartial: boolean): CallList {
    this.trim();
    return { records: this.kept, matching: this.matching, isPartial };
  }

  private trim(): void {
    this.kept = this.kept.sort((a, b) => b.createdAt - a.createdAt).slice(0, this.wanted.limit);
  }
}
