import {
  type AfterAttempt,
  type AttemptRules,
  type CallError,
  type CallRecord,
  type Change,
  cancelled,
  died,
  fail,
  type PayloadRef,
  release,
  succeed,
  timedOut,
} from "../../../../calls";
import { boundedError } from "./bounded-error";

/** How an attempt ended, as far as its call is concerned. */
export type AttemptEnd =
  | { readonly kind: "result"; readonly output: PayloadRef }
  | { readonly kind: "error"; readonly error: CallError }
  | { readonly kind: "timeout" }
  | { readonly kind: "cancelled" }
  | { readonly kind: "died"; readonly message: string }
  /** The worker has to go. */
  | { readonly kind: "shutdown" };

/** `again`: the message goes back as it is. */
export type After = AfterAttempt | { readonly kind: "again"; readonly change: Change };

/** @param record as it was claimed, and with the wish to cancel that came since */
export function afterAttempt(record: CallRecord, end: AttemptEnd, now: number, rules: AttemptRules): After {
  const isCancelled = record.cancelRequestedAt !== undefined;
  switch (end.kind) {
    case "result":
      return succeed(record, end.output, now, rules);
    case "error":
      return fail(record, "error", boundedError(end.error), now, rules);
    case "timeout": {
      // A timer may be a millisecond early, and a call whose deadline is over must not be tried again.
      const then = Math.max(now, record.attemptBy ?? now);
      return fail(record, "timeout", timedOut(then >= record.doneBy ? "deadline" : "attempt"), then, rules);
    }
    case "cancelled":
      if (isCancelled) return fail(record, "cancelled", cancelled(), now, rules);
      return died(record, "the executor cancelled it without being asked", now, rules);
    case "died":
      return died(record, end.message.slice(0, 1000), now, rules);
    case "shutdown":
      if (isCancelled) return fail(record, "cancelled", cancelled(), now, rules);
      return { kind: "again", change: release(record) };
  }
}
