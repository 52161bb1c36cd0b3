import type { Book } from "./books";
import type { Property } from "./property";

const POISON = "PoisonCall";

/** Who kills its workers is stopped, and its message kept for people to see. */
export const POISONED: readonly Property[] = [
  {
    name: "every poison call is a FAILURE",
    ofCall: ({ accepted, record, cancels, begins }, { rules }) => {
      if (accepted[0]?.kind !== "poison" || record === undefined || cancels.length > 0) return undefined;
      if (record.state === "FAILURE" && record.errorType === POISON) return undefined;
      return `${record.state} ${record.error ?? ""} after ${begins.length} of ${rules.maxDeliveries} deliveries`;
    },
  },
  {
    name: "the message of every PoisonCall is in the dead-letter queue",
    ofAll: ({ calls, history }) => {
      const dead = new Set(history.dump.dead);
      return [...calls.values()]
        .filter(({ call, record }) => record?.errorType === POISON && !dead.has(call))
        .map(({ call }) => call);
    },
  },
  {
    name: "nothing else is in the dead-letter queue",
    ofAll: ({ calls, history }) =>
      history.dump.dead.filter((call) => calls.get(call)?.record?.errorType !== POISON).map((call) => call),
  },
  {
    name: "no call is taken for poison that has not killed its workers",
    ofCall: (book, { rules }) => {
      if (book.record?.errorType !== POISON) return undefined;
      const unended = claimsWithoutEnd(book);
      return unended < rules.maxDeliveries ? `${unended} claims without an end` : undefined;
    },
  },
];

/** How many attempts were claimed and not ended by a word of the executor: it had none, or that word came to nothing. */
function claimsWithoutEnd({ writes, ends }: Book): number {
  const claimed = new Set(writes.filter(({ state }) => state === "RUNNING").map(({ attempt }) => attempt));
  const heard = new Set<number>();
  // An end counts as heard when the next write of the record says so: whoever was killed just after its word may have said it to nobody.
  for (const { attempt, how, t } of ends) {
    const i = writes.findIndex((write) => write.t >= t && write.attempt >= attempt);
    const [before, next] = [writes[i - 1], writes[i]];
    const isRetry = next?.attempt === attempt && (next.retried ?? 0) > (before?.retried ?? 0);
    if (how !== "died" && isRetry) heard.add(attempt);
  }
  return [...claimed].filter((attempt) => !heard.has(attempt)).length;
}
