import type { Change } from "../change";
import { type CallError, type CallRecord, isFinal, type PayloadRef } from "../record";
import { type Closing, cancelled, closed, closing, expectsSame, LEASE, notStarted, timedOut } from "./ending";
import { type AttemptRules, CLOCK_SLACK_MS, type RetryRules, UNSENT_MS } from "./rules";

/** What a worker does about a message. */
export type Claim =
  | { readonly kind: "claim"; readonly change: Change; readonly attempt: number; readonly attemptBy: number }
  /** Somebody else's, or not yet: the message comes back at this time. */
  | { readonly kind: "later"; readonly at: number }
  /** There is nothing left to do. */
  | { readonly kind: "over" }
  | Closing;

/** Whether somebody may begin an attempt now, and the write by which they do. */
export function claim(
  record: CallRecord,
  who: { readonly owner: string; readonly now: number; readonly ownerBeat?: number },
  rules: AttemptRules,
): Claim {
  const { owner, now, ownerBeat = 0 } = who;
  if (isFinal(record.state)) return { kind: "over" };
  if (record.state === "RUNNING") {
    const aliveUntil = Math.max(record.leaseUntil ?? 0, ownerBeat + rules.visibilityMs) + CLOCK_SLACK_MS;
    if (aliveUntil > now) return { kind: "later", at: aliveUntil };
    if (record.cancelRequestedAt !== undefined) return closing(record, "CANCELLED", cancelled(), now, rules);
    if (now >= record.doneBy) return closing(record, "TIMEOUT", timedOut("deadline"), now, rules);
    if (record.deliveries >= rules.maxDeliveries) return poisoned(record, "without a word", now, rules);
  } else {
    // The wish came while an attempt ran that ended without a result.
    if (record.cancelRequestedAt !== undefined) return closing(record, "CANCELLED", cancelled(), now, rules);
    if (now >= record.doneBy) return closing(record, "TIMEOUT", timedOut("deadline"), now, rules);
    if (record.startedAt === undefined && now >= record.startBy) {
      return closing(record, "EXPIRED", notStarted(), now, rules);
    }
    if (record.notBefore !== undefined && record.notBefore > now) return { kind: "later", at: record.notBefore };
  }
  const attempt = record.attempt + 1;
  const attemptBy = Math.min(now + rules.attemptMs, record.doneBy);
  return {
    kind: "claim",
    attempt,
    attemptBy,
    change: {
      // A wish to cancel that came meanwhile is told to the owner before this one.
      expects: { ...expectsSame(record), cancelRequestedAt: undefined },
      set: {
        state: "RUNNING",
        attempt,
        deliveries: record.deliveries + 1,
        leaseOwner: owner,
        leaseUntil: now + rules.visibilityMs,
        startedAt: record.startedAt ?? now,
        attemptBy,
        nextDue: attemptBy,
      },
      remove: ["notBefore"],
    },
  };
}

/** The attempt's result. `record` is as it was claimed. */
export function succeed(
  record: CallRecord,
  output: PayloadRef,
  now: number,
  rules: Pick<AttemptRules, "retentionS">,
): Closing {
  return closed(record, "SUCCESS", { output }, now, rules);
}

/** How an attempt ended without a result, by itself. */
export type Ending = "error" | "timeout" | "cancelled";

export type AfterAttempt =
  /** Another attempt after so long, by a new message. */
  { readonly kind: "retry"; readonly change: Change; readonly delayMs: number } | Closing;

/** The attempt has raised an error, taken too long or been cancelled: another one, or the end of the call. */
export function fail(
  record: CallRecord,
  ending: Ending,
  error: CallError,
  now: number,
  rules: AttemptRules,
): AfterAttempt {
  if (ending === "cancelled") return closing(record, "CANCELLED", error, now, rules);
  const delayMs = retryDelay(record.retried + 1, rules.retries);
  const hasTime = now + delayMs < record.doneBy;
  if (record.retried >= rules.retries.maxRetries || !hasTime || record.cancelRequestedAt !== undefined) {
    const isDeadline = now >= record.doneBy;
    return closing(record, ending === "timeout" || isDeadline ? "TIMEOUT" : "FAILURE", error, now, rules);
  }
  const notBefore = now + delayMs;
  return {
    kind: "retry",
    delayMs,
    change: {
      expects: expectsSame(record),
      set: {
        state: "PENDING",
        deliveries: 0,
        retried: record.retried + 1,
        notBefore,
        // Nothing is certain of the new message until it is sent.
        nextDue: notBefore + UNSENT_MS,
      },
      remove: [...LEASE, "sentAt"],
    },
  };
}

/** Before the n-th retry, n from 1. */
export function retryDelay(n: number, { initialDelayMs, backoffCoefficient, maxDelayMs }: RetryRules): number {
  return Math.round(Math.min(maxDelayMs, initialDelayMs * backoffCoefficient ** (n - 1)));
}

/** A worker that has to go gives its call back: the attempt is over, and counts neither as a retry nor as a delivery. */
export function release(record: CallRecord): Change {
  return {
    expects: expectsSame(record),
    set: { state: "PENDING", deliveries: Math.max(0, record.deliveries - 1), nextDue: record.doneBy },
    remove: LEASE,
  };
}

export type AfterDeath = { readonly kind: "again"; readonly change: Change } | Closing;

/**
 * What ran the attempt is gone, and whoever says so still lives: the call is anybody's at once, since the lease of a worker that
 * goes on with other calls would not run out.
 */
export function died(record: CallRecord, message: string, now: number, rules: AttemptRules): AfterDeath {
  if (record.cancelRequestedAt !== undefined) return closing(record, "CANCELLED", cancelled(), now, rules);
  if (record.deliveries >= rules.maxDeliveries) return poisoned(record, message, now, rules);
  const change: Change = {
    expects: expectsSame(record),
    set: { state: "PENDING", nextDue: record.doneBy },
    remove: LEASE,
  };
  return { kind: "again", change };
}

function poisoned(record: CallRecord, last: string, now: number, rules: AttemptRules): Closing {
  const message = `${record.deliveries} attempts died while they ran it, the last one: ${last}`;
  return { ...closing(record, "FAILURE", { type: "PoisonCall", message, traceback: "" }, now, rules), poison: true };
}
