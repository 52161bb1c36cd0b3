import type { Change, Field } from "./change";
import { type CallError, type CallRecord, type CallState, isFinal, type PayloadRef } from "./record";

/** How a function's calls run. Times in milliseconds. */
export interface AttemptRules {
  readonly attemptMs: number;
  readonly visibilityMs: number;
  readonly maxDeliveries: number;
  readonly retries: RetryRules;
  readonly retentionS: number;
}

export interface RetryRules {
  readonly maxRetries: number;
  readonly initialDelayMs: number;
  readonly backoffCoefficient: number;
  readonly maxDelayMs: number;
}

/** A clock that is corrected by AWS's answers is within this of any other. */
export const CLOCK_SLACK_MS = 1000;

/** A record whose message was not certainly sent is looked at after this. */
export const UNSENT_MS = 30_000;

/** A call that ended: for the message of one that poisons its workers, the dead-letter queue as well. */
export interface Closing {
  readonly kind: "close";
  readonly change: Change;
  readonly state: CallState;
  readonly poison: boolean;
}

/** What a worker does about a message. */
export type Claim =
  | { readonly kind: "claim"; readonly change: Change; readonly attempt: number; readonly attemptBy: number }
  /** Somebody else's, or not yet: the message comes back at this time. */
  | { readonly kind: "later"; readonly at: number }
  /** There is nothing left to do. */
  | { readonly kind: "over" }
  | Closing;

const LEASE: readonly Field[] = ["leaseOwner", "leaseUntil", "attemptBy"];
const OPEN_ONLY: readonly Field[] = [...LEASE, "nextDue", "notBefore", "cancelRequestedAt"];

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
  rules: Pick<AttemptRules, "visibilityMs" | "retentionS">,
): Sweep | undefined {
  if (isFinal(record.state) || record.nextDue === undefined) return undefined;
  const late = now - SWEEP_SLACK_MS;
  if (late >= record.doneBy) return closing(record, "TIMEOUT", timedOut("deadline"), now, rules);
  if (record.state === "PENDING") {
    if (record.startedAt === undefined && late >= record.startBy) {
      return closing(record, "EXPIRED", notStarted(), now, rules);
    }
    const change = (set: Change["set"]): Change => ({
      expects: { ...expectsSame(record), nextDue: record.nextDue },
      set: { ...set, nextDue: lastDue(record) },
      remove: [],
    });
    return record.sentAt === undefined
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
  // Its worker is dead, and its message has not come back in all this time.
  return { kind: "send", change: again(now + 2 * rules.visibilityMs + SWEEP_SLACK_MS) };
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
      startBy: now + queueMs,
      doneBy,
      expiresAt: expiry(doneBy, retentionS),
      nextDue: now + UNSENT_MS,
    },
    remove: [...LEASE, "sentAt", "startedAt", "finishedAt", "cancelRequestedAt", "notBefore", "output", "error"],
  };
}

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

/** When an open call that nobody runs ends by itself. */
function lastDue({ startedAt, startBy, doneBy }: CallRecord): number {
  return startedAt === undefined ? Math.min(startBy, doneBy) : doneBy;
}

/** Who wants to change a record says what they saw of it. */
function expectsSame({ state, attempt, leaseOwner }: CallRecord): Change["expects"] {
  return leaseOwner === undefined ? { state, attempt } : { state, attempt, leaseOwner };
}

function closing(
  record: CallRecord,
  state: CallState,
  error: CallError,
  now: number,
  rules: Pick<AttemptRules, "retentionS">,
): Closing {
  return closed(record, state, { error }, now, rules);
}

function closed(
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

function poisoned(record: CallRecord, last: string, now: number, rules: AttemptRules): Closing {
  const message = `${record.deliveries} attempts died while they ran it, the last one: ${last}`;
  return { ...closing(record, "FAILURE", { type: "PoisonCall", message, traceback: "" }, now, rules), poison: true };
}

function expiry(endMs: number, retentionS: number): number {
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

function notStarted(): CallError {
  return {
    type: "QueueTimeout",
    message: "no worker began the call within the function's queueTimeout",
    traceback: "",
  };
}
