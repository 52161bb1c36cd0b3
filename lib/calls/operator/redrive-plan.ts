import { tagOf } from "../call-id";
import type { CallMessage } from "../message";
import type { CallRecord } from "../record";

/** Why a message of the dead-letter queue has nothing to be sent again for. */
export type Settled = "succeeded" | "cancelled" | "gone" | "input gone" | "another function's" | "no message of a call";

/** What a redrive does about a message. */
export type RedrivePlan =
  | { readonly kind: "reopen"; readonly record: CallRecord }
  /** The call is open already: SQS itself has put its message here, or a redrive before this one was broken off. */
  | { readonly kind: "resend"; readonly record: CallRecord }
  /** It has been reopened in this run, and has ended again. */
  | { readonly kind: "back" }
  | { readonly kind: "settled"; readonly why: Settled };

/** @param record of the call, undefined when there is none */
export function planRedrive(
  message: CallMessage | undefined,
  record: CallRecord | undefined,
  { tag, wasReopened = false }: { readonly tag: string; readonly wasReopened?: boolean },
): RedrivePlan {
  if (message === undefined) return { kind: "settled", why: "no message of a call" };
  if (tagOf(message.call) !== tag) return { kind: "settled", why: "another function's" };
  if (record === undefined) return { kind: "settled", why: "gone" };
  switch (record.state) {
    case "SUCCESS":
      return { kind: "settled", why: "succeeded" };
    // Somebody wanted its end, perhaps after its message had come here.
    case "CANCELLED":
      return { kind: "settled", why: "cancelled" };
    case "PENDING":
    case "RUNNING":
      return { kind: "resend", record };
    default:
      return wasReopened ? { kind: "back" } : { kind: "reopen", record };
  }
}
