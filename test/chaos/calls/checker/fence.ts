import { type Book, isFinal } from "./books";
import type { EndEvent } from "./history";
import type { Property } from "./property";

/** An attempt is one worker's, and only the newest one's word counts. */
export const FENCE: readonly Property[] = [
  {
    name: "no attempt is begun twice",
    ofCall: ({ begins }) => {
      const seen = new Map<number, string>();
      for (const { attempt, worker } of begins) {
        const other = seen.get(attempt);
        if (other !== undefined) return `attempt ${attempt} by ${other} and by ${worker}`;
        seen.set(attempt, worker);
      }
      return undefined;
    },
  },
  {
    name: "no attempt is begun that was not claimed",
    ofCall: ({ begins, writes }) => {
      const claimed = new Set(writes.filter(({ state }) => state === "RUNNING").map(({ attempt }) => attempt));
      const wild = begins.find(({ attempt }) => !claimed.has(attempt));
      return wild && `attempt ${wild.attempt} by ${wild.worker}`;
    },
  },
  {
    name: "a result is of the newest attempt that was claimed",
    ofCall: (book) => {
      const { record } = book;
      if (record?.state !== "SUCCESS") return undefined;
      const newest = Math.max(...book.writes.filter(({ state }) => state === "RUNNING").map(({ attempt }) => attempt));
      if (newest !== record.attempt) return `recorded attempt ${record.attempt}, claimed ${newest}`;
      const own = endsOf(book, record.attempt).find(({ how, result }) => how === "done" && result === record.result);
      if (own !== undefined) return undefined;
      const other = book.ends.find(({ result }) => result === record.result);
      return other === undefined ? "a result that no attempt has brought" : `the result of attempt ${other.attempt}`;
    },
  },
  {
    name: "an error is the newest attempt's",
    ofCall: (book) => {
      const { record } = book;
      if (record?.state !== "FAILURE" || record.errorType === "PoisonCall") return undefined;
      const own = endsOf(book, record.attempt).some(({ how, error }) => how === "error" && error === record.error);
      return own ? undefined : `attempt ${record.attempt} has not raised ${record.error?.slice(0, 80)}`;
    },
  },
  {
    name: "no attempt number goes back",
    ofCall: ({ writes }) => {
      const end = writes.findIndex(({ state }) => isFinal(state));
      const open = end < 0 ? writes : writes.slice(0, end + 1);
      const back = open.findIndex(({ attempt }, i) => i > 0 && attempt < open[i - 1]!.attempt);
      return back > 0 ? `${open[back - 1]!.attempt}, then ${open[back]!.attempt}` : undefined;
    },
  },
];

function endsOf({ ends }: Book, attempt: number): EndEvent[] {
  return ends.filter((end) => end.attempt === attempt);
}
