import type { Change, Field } from "../change";
import type { CallError, CallRecord, CallState } from "../record";
import type { AttemptRules } from "./rules";

/** A call that ended: for the message of one that poisons its workers, the dead-letter queue as well. */
export interface Closing {
  readonly kind: "close";
  readonly change: Change;
  readonly state: CallState;
  readonly poison: boolean;
}

export const LEASE: readonly Field[] = ["leaseOwner", "leaseUntil", "attemptBy"];
export const OPEN_ONLY: readonly Field[] = [...LEASE, "nextDue", "notBefore", "cancelRequestedAt"];

/** When an open call that nobody runs ends by itself. */
export function lastDue({ startedAt, startBy, doneBy }: CallRecord): number {
  return startedAt === undefined ? Math.min(startBy, doneBy) : doneBy;
}

/** Who wants to change a record says what they saw of it. */
export function expectsSame({ state, attempt, leaseOwner }: CallRecord): Change["expects"] {
  return leaseOwner === undefined ? { state, attempt } : { state, attempt, leaseOwner };
}

export function closing(
  record: CallRecord,
  state: CallState,
  error: CallError,
  now: number,
  rules: Pick<AttemptRules, "retentionS">,
): Closing {
  return closed(record, state, { error }, now, rules);
}

export function closed(
  record: CallRecord,
  state: CallState,
  outcome: Change["set"],
  now: number,
  { retentionS }: Pick<AttemptRules, "retentionS">,
): Closing {
  return {
    kind: "close",
    state,
    poison: false,
    change: {
      expects: expectsSame(record),
      set: { state, ...outcome, finishedAt: now, expiresAt: expiry(now, retentionS) },
      remove: OPEN_ONLY,
    },
  };
}

/** Seconds since 1970 until which a call that ends then can be read. */
export function expiry(endMs: number, retentionS: number): number {
  return Math.ceil(endMs / 1000) + retentionS;
}

export function cancelled(): CallError {
  return { type: "Cancelled", message: "the call was cancelled", traceback: "" };
}

export function timedOut(limit: "attempt" | "deadline"): CallError {
  const message =
    limit === "attempt" ? "an attempt took longer than the function's timeout" : "the call's deadline is over";
  return { type: "FunctionTimeout", message, traceback: "" };
}

export function notStarted(): CallError {
  return {
    type: "QueueTimeout",
    message: "no worker began the call within the function's queueTimeout",
    traceback: "",
  };
}
