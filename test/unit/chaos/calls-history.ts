import type { Dump, Event, FinalRecord, History } from "../../chaos/calls/checker/history";

type Told<E> = E extends Event ? Omit<E, "t"> : never;

export const CALL = "fc-one";
export const DONE_BY = 100_000;

/** A history in which all is well, to which a test does what must not be. */
export class HistoryDraft {
  readonly events: Event[] = [];
  readonly records = new Map<string, FinalRecord>();
  readonly dump: { -readonly [K in keyof Dump]: Dump[K] } = { records: [], keys: [], left: 0, dead: [] };
  private now = 0;

  constructor() {
    this.tell({ e: "rules", maxRetries: 2, maxDeliveries: 3, attemptMs: 1000, lateMs: 5000 });
  }

  /** A call that was accepted, run and read. */
  static good(): HistoryDraft {
    const draft = new HistoryDraft();
    draft.spawn(CALL, { key: "key 1" });
    draft.attempt(CALL, 1, "worker-1");
    draft.tell({ e: "end", call: CALL, attempt: 1, worker: "worker-1", how: "done", result: "digest 1" });
    draft.end(CALL, { state: "SUCCESS", attempt: 1, hasOutput: true, result: "digest 1" });
    draft.tell({ e: "deleted", queue: "calls", call: CALL, message: `m ${CALL}`, state: "SUCCESS", others: 0 });
    draft.tell({ e: "read", call: CALL, state: "SUCCESS", result: "digest 1" });
    return draft;
  }

  /** A call that has killed all its workers. */
  static poison(): HistoryDraft {
    const draft = new HistoryDraft();
    draft.spawn(CALL, { kind: "poison" });
    for (let attempt = 1; attempt <= 3; attempt++) draft.attempt(CALL, attempt, `worker-${attempt}`);
    draft.end(CALL, { state: "FAILURE", attempt: 3, error: "PoisonCall: 3 workers died", errorType: "PoisonCall" });
    draft.dump.dead = [CALL];
    return draft;
  }

  /** A call whose every attempt has raised an error. */
  static failed(attempts = 3): HistoryDraft {
    const draft = new HistoryDraft();
    draft.spawn(CALL);
    for (let attempt = 1; attempt <= attempts; attempt++) {
      draft.attempt(CALL, attempt, "worker-1");
      const error = `ValueError: ${attempt}`;
      draft.tell({ e: "end", call: CALL, attempt, worker: "worker-1", how: "error", error });
      if (attempt < attempts) draft.tell({ e: "write", call: CALL, state: "PENDING", attempt, retried: attempt });
    }
    draft.end(CALL, { state: "FAILURE", attempt: attempts, error: `ValueError: ${attempts}`, errorType: "ValueError" });
    return draft;
  }

  spawn(call: string, about: { key?: string; kind?: "quick" | "poison" } = {}): void {
    const { key, kind = "quick" } = about;
    this.tell({ e: "write", call, state: "PENDING", attempt: 0 });
    this.tell({ e: "sent", queue: "calls", call, message: `m ${call}` });
    this.tell({ e: "accepted", n: 1, kind, call, ...(key !== undefined && { key }) });
    if (key !== undefined) this.dump.keys = [...this.dump.keys, call];
  }

  attempt(call: string, attempt: number, worker: string): void {
    this.tell({ e: "write", call, state: "RUNNING", attempt });
    this.tell({ e: "begin", call, attempt, worker, n: 1 });
  }

  end(
    call: string,
    record: Partial<FinalRecord> & { state: string; attempt: number },
    finishedAt = this.now + 1,
  ): void {
    const { state, attempt, result = "", error = "" } = record;
    this.tell({ e: "write", call, state, attempt, finishedAt, ending: `${result}${error}` });
    this.records.set(call, {
      id: call,
      createdAt: 0,
      startBy: 50_000,
      doneBy: DONE_BY,
      hasOutput: false,
      finishedAt,
      ...record,
    });
  }

  tell(event: Told<Event>, at?: number): void {
    this.now = at ?? this.now + 10;
    this.events.push({ t: this.now, ...event } as Event);
  }

  change(call: string, change: Partial<FinalRecord>): void {
    this.records.set(call, { ...this.records.get(call)!, ...change });
  }

  drop(which: (event: Event) => boolean): void {
    const left = this.events.filter((event) => !which(event));
    this.events.splice(0, Number.POSITIVE_INFINITY, ...left);
  }

  history(): History {
    return { events: this.events, dump: { ...this.dump, records: [...this.records.values()] } };
  }
}
