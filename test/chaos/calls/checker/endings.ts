import type { Book } from "./books";
import type { Property } from "./property";

/** A call ends in the way that what happened to it allows. */
export const ENDINGS: readonly Property[] = [
  {
    name: "nothing is CANCELLED that nobody cancelled",
    ofCall: ({ record, cancels }) =>
      record?.state === "CANCELLED" && !cancels.some(({ t }) => t <= record.finishedAt! + HOST_MS)
        ? "nobody had asked"
        : undefined,
  },
  {
    name: "what a client was told is CANCELLED stays so",
    ofCall: ({ record, cancels }) =>
      record?.state !== "CANCELLED" && cancels.some(({ state }) => state === "CANCELLED")
        ? `it is ${record?.state}`
        : undefined,
  },
  {
    name: "every error has its retries",
    ofCall: (book, { rules }) => {
      const { record, cancels } = book;
      if (record?.state !== "FAILURE" || record.errorType === "PoisonCall" || cancels.length > 0) return undefined;
      if (record.finishedAt! + 2 * rules.attemptMs > record.doneBy) return undefined;
      const ended = attemptsThatEnded(book);
      return ended <= rules.maxRetries ? `${ended} attempts ended, ${rules.maxRetries + 1} are granted` : undefined;
    },
  },
  {
    name: "no call is tried more often than its retries and deliveries allow",
    ofCall: ({ begins }, { rules }) => {
      const most = (rules.maxRetries + 1) * rules.maxDeliveries;
      // A worker that has to go gives its calls back, which counts as nothing: only a rough bound is certain.
      return begins.length > 2 * most ? `${begins.length} times` : undefined;
    },
  },
  {
    name: "TIMEOUT is of what took too long",
    ofCall: ({ record, begins }, { rules }) => {
      if (record?.state !== "TIMEOUT" || record.finishedAt! >= record.doneBy - HOST_MS) return undefined;
      const newest = begins.findLast(({ attempt }) => attempt === record.attempt);
      if (newest === undefined) return undefined;
      const took = record.finishedAt! - newest.t;
      return took < rules.attemptMs - HOST_MS ? `attempt ${record.attempt} had ${took} ms` : undefined;
    },
  },
];

/** AWS's `Date` counts whole seconds, and a host learns its offset from it. */
const HOST_MS = 1500;

function attemptsThatEnded({ begins, ends }: Book): number {
  const ended = new Set(ends.filter(({ how }) => how !== "died").map(({ attempt }) => attempt));
  return begins.filter(({ attempt }) => ended.has(attempt)).length;
}
