import type {
  BeginEvent,
  CancelEvent,
  EndEvent,
  Event,
  FinalRecord,
  History,
  MessageEvent,
  ReadEvent,
  RulesEvent,
  SpawnEvent,
  WriteEvent,
} from "./history";

/** All that is known of one call, each list in the order of time. */
export interface Book {
  readonly call: string;
  readonly accepted: SpawnEvent[];
  readonly reads: ReadEvent[];
  readonly cancels: CancelEvent[];
  readonly begins: BeginEvent[];
  readonly ends: EndEvent[];
  readonly writes: WriteEvent[];
  readonly sent: MessageEvent[];
  readonly deleted: MessageEvent[];
  record?: FinalRecord;
}

export interface Books {
  readonly rules: RulesEvent;
  readonly calls: ReadonlyMap<string, Book>;
  readonly refused: readonly SpawnEvent[];
  readonly history: History;
}

const FINAL = new Set(["SUCCESS", "FAILURE", "TIMEOUT", "CANCELLED", "EXPIRED"]);

export function isFinal(state: string | undefined): boolean {
  return state !== undefined && FINAL.has(state);
}

export function booksOf(history: History): Books {
  const calls = new Map<string, Book>();
  const refused: SpawnEvent[] = [];
  let rules: RulesEvent | undefined;
  const bookOf = (call: string): Book => {
    let book = calls.get(call);
    if (book === undefined) {
      book = { call, accepted: [], reads: [], cancels: [], begins: [], ends: [], writes: [], sent: [], deleted: [] };
      calls.set(call, book);
    }
    return book;
  };
  const enter = (event: Event): void => {
    if (event.e === "rules") rules = event;
    else if (event.e === "refused") refused.push(event);
    else listOf(bookOf(event.call!), event.e).push(event as never);
  };
  for (const event of history.events) enter(event);
  for (const record of history.dump.records) bookOf(record.id).record = record;
  if (rules === undefined) throw new Error("the history does not say by which rules the calls were run");
  return { rules, calls, refused, history };
}

type PerCall = Exclude<Event["e"], "rules" | "refused">;

function listOf(book: Book, event: PerCall): unknown[] {
  switch (event) {
    case "accepted":
      return book.accepted;
    case "read":
      return book.reads;
    case "cancel":
    case "cancel-answer":
      return book.cancels;
    case "begin":
      return book.begins;
    case "end":
      return book.ends;
    case "write":
      return book.writes;
    case "sent":
      return book.sent;
    case "deleted":
      return book.deleted;
  }
}
