import type { Change } from "../change";
import { type CallRecord, isFinal } from "../record";
import { type Closing, cancelled, closing, expiry, LEASE, lastDue } from "./ending";
import { type AttemptRules, UNSENT_MS } from "./rules";

/** A record that does not exist yet. */
export function create(
  call: Pick<CallRecord, "id" | "app" | "fn" | "input"> & { readonly now: number },
  {
    queueMs,
    deadlineMs,
    retentionS,
  }: { readonly queueMs: number; readonly deadlineMs: number; readonly retentionS: number },
): CallRecord {
  const { now, ...rest } = call;
  const doneBy = now + deadlineMs;
  return {
    ...rest,
    state: "PENDING",
    attempt: 0,
    deliveries: 0,
    retried: 0,
    createdAt: now,
    startBy: Math.min(now + queueMs, doneBy),
    doneBy,
    expiresAt: expiry(doneBy, retentionS),
    nextDue: now + UNSENT_MS,
  };
}

/**
 * The message is sent, for the record as it was then: said of a later retry it would hide that the retry's own message is
 * missing. Nothing is lost when the record is further.
 */
export function sent(record: CallRecord, now: number): Change {
  return {
    expects: { state: "PENDING", attempt: record.attempt },
    set: { sentAt: now, nextDue: lastDue(record) },
    remove: [],
  };
}

/** What a wish to cancel comes to. */
export type Cancel =
  | Closing
  /** The worker must be told. */
  | { readonly kind: "ask"; readonly change: Change; readonly owner: string }
  | { readonly kind: "over" };

export function cancel(record: CallRecord, now: number, rules: Pick<AttemptRules, "retentionS">): Cancel {
  if (isFinal(record.state)) return { kind: "over" };
  if (record.state === "PENDING") return closing(record, "CANCELLED", cancelled(), now, rules);
  return {
    kind: "ask",
    owner: record.leaseOwner!,
    change: {
      expects: { state: "RUNNING", attempt: record.attempt },
      set: { cancelRequestedAt: record.cancelRequestedAt ?? now },
      remove: [],
    },
  };
}

/** Another life for a call that has ended without a result, by an operator's wish. Undefined for one that has a result or is open. */
export function reopen(
  record: CallRecord,
  now: number,
  {
    queueMs,
    deadlineMs,
    retentionS,
  }: { readonly queueMs: number; readonly deadlineMs: number; readonly retentionS: number },
): Change | undefined {
  if (!isFinal(record.state) || record.state === "SUCCESS") return undefined;
  const doneBy = now + deadlineMs;
  return {
    expects: { state: record.state, attempt: record.attempt },
    set: {
      state: "PENDING",
      deliveries: 0,
      retried: 0,
      startBy: Math.min(now + queueMs, doneBy),
      doneBy,
      expiresAt: expiry(doneBy, retentionS),
      nextDue: now + UNSENT_MS,
    },
    remove: [...LEASE, "sentAt", "startedAt", "finishedAt", "cancelRequestedAt", "notBefore", "output", "error"],
  };
}
