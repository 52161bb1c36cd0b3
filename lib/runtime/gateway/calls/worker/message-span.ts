import { MOST_VISIBILITY_S } from "../../../../calls/aws";

/** Before SQS shows a message again whatever is asked, there is time to send a fresh one in its place. */
const MARGIN_MS = 10 * 60_000;
/** To hide a message for less than this until its last moment is not worth another receipt. */
const WORTHWHILE_MS = 60 * 60_000;
/** What SQS can wait with a message that is sent. */
const MOST_DELAY_MS = 900_000;

/** How a message is kept from everybody until a time. */
export type Hiding =
  | { readonly kind: "hide"; readonly forMs: number }
  /** A fresh message takes its place. */
  | { readonly kind: "renew"; readonly delayMs: number };

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html: 12 h from the first receipt */
export function hiding(firstReceivedAt: number, now: number, until: number): Hiding {
  const last = firstReceivedAt + MOST_VISIBILITY_S * 1000 - MARGIN_MS;
  if (until <= last || last - now >= WORTHWHILE_MS) return { kind: "hide", forMs: Math.min(until, last) - now };
  return { kind: "renew", delayMs: Math.min(Math.max(0, until - now), MOST_DELAY_MS) };
}
