import type { Change } from "../change";
import { type CallRecord, isFinal } from "../record";
import { type Closing, cancelled, closing, expectsSame, lastDue, notStarted, timedOut } from "./ending";
import type { AttemptRules } from "./rules";

export interface SweepRules extends Pick<AttemptRules, "visibilityMs" | "retentionS"> {
  /** False for a function that is deployed no more: nobody would take a message, and its calls end by their deadlines. */
  readonly hasQueue: boolean;
}

/** What the control service does about a record that is due. */
export type Sweep =
  | Closing
  /** A message is sent for it, then the change made. */
  | { readonly kind: "send"; readonly change: Change }
  | { readonly kind: "wait"; readonly change: Change };

/** Nothing is closed sooner than this after its time: its worker may be about to. */
export const SWEEP_SLACK_MS = 30_000;

/** Looks at the record itself, read consistently, and never acts on what the index says. */
export function sweep(
  record: CallRecord,
  { now, ownerBeat = 0 }: { readonly now: number; readonly ownerBeat?: number },
  rules: SweepRules,
): Sweep | undefined {
  if (isFinal(record.state) || record.nextDue === undefined) return undefined;
  const late = now - SWEEP_SLACK_MS;
  if (late >= record.doneBy) return closing(record, "TIMEOUT", timedOut("deadline"), now, rules);
  if (record.state === "PENDING") {
    if (record.cancelRequestedAt !== undefined) return closing(record, "CANCELLED", cancelled(), now, rules);
    if (record.startedAt === undefined && late >= record.startBy) {
      return closing(record, "EXPIRED", notStarted(), now, rules);
    }
    const change = (set: Change["set"]): Change => ({
      expects: { ...expectsSame(record), nextDue: record.nextDue },
      set: { ...set, nextDue: lastDue(record) },
      remove: [],
    });
    return record.sentAt === undefined && rules.hasQueue
      ? { kind: "send", change: change({ sentAt: now }) }
      : { kind: "wait", change: change({}) };
  }
  const aliveUntil = Math.max(record.leaseUntil ?? 0, ownerBeat + rules.visibilityMs) + SWEEP_SLACK_MS;
  const again = (at: number): Change => ({
    expects: { ...expectsSame(record), nextDue: record.nextDue },
    set: { nextDue: Math.min(at, record.doneBy) },
    remove: [],
  });
  if (aliveUntil > now) return { kind: "wait", change: again(aliveUntil) };
  if (record.cancelRequestedAt !== undefined) return closing(record, "CANCELLED", cancelled(), now, rules);
  if (!rules.hasQueue) return { kind: "wait", change: again(record.doneBy) };
  // Its worker is dead, and its message has not come back in all this time.
  return { kind: "send", change: again(now + 2 * rules.visibilityMs + SWEEP_SLACK_MS) };
}
