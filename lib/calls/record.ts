/** What became of a call: the first two are open, the others final. */
export type CallState = "PENDING" | "RUNNING" | "SUCCESS" | "FAILURE" | "TIMEOUT" | "CANCELLED" | "EXPIRED";

export const FINAL_STATES = ["SUCCESS", "FAILURE", "TIMEOUT", "CANCELLED", "EXPIRED"] as const;

export function isFinal(state: CallState): boolean {
  return state !== "PENDING" && state !== "RUNNING";
}

/** Where a payload is: in the record itself, in an item of its own, or in the bucket. */
export type PayloadRef =
  | { readonly in: "record"; readonly body: string }
  | { readonly in: "item"; readonly bytes: number }
  | { readonly in: "s3"; readonly bytes: number; readonly sha256: string };

/** Why a call has no result. */
export interface CallError {
  /** An exception's name, such as `ValueError`; Slipway's own are `PoisonCall`, `FunctionTimeout`, `QueueTimeout`, `Cancelled`, `InvalidCall`, `InvalidResult`, `PayloadTooLarge`. */
  readonly type: string;
  readonly message: string;
  readonly traceback: string;
}

/**
 * A call as the table has it. Times are milliseconds since 1970 on the clock of AWS. Its item stays below 1 KB while it is open,
 * since each change is billed by the whole of it.
 */
export interface CallRecord {
  readonly id: string;
  readonly app: string;
  readonly fn: string;
  readonly state: CallState;
  /** Of the newest attempt; 0 before the first. What an older one still says counts for nothing. */
  readonly attempt: number;
  /** How often an attempt was begun since one last ended by itself. */
  readonly deliveries: number;
  /** Retries that errors and timeouts have used up. */
  readonly retried: number;
  readonly createdAt: number;
  /** A message for it is certainly sent; without it there may be none. */
  readonly sentAt?: number;
  /** No attempt before this. */
  readonly notBefore?: number;
  /** Who runs it, and until when without a word from it. */
  readonly leaseOwner?: string;
  readonly leaseUntil?: number;
  /** The first attempt begins by then, or the call expires. */
  readonly startBy: number;
  /** The running attempt ends by then. */
  readonly attemptBy?: number;
  /** All attempts end by then. */
  readonly doneBy: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly cancelRequestedAt?: number;
  readonly input: PayloadRef;
  readonly output?: PayloadRef;
  readonly error?: CallError;
  /** Seconds since 1970, as DynamoDB's TTL counts. Later than any end of an open call. */
  readonly expiresAt: number;
  /** When the control service looks at it; on open calls only. */
  readonly nextDue?: number;
}

/** The record's version: readers take the one before theirs too, for the time of a deploy. */
export const RECORD_VERSION = 1;
