import { VISIBILITY_MS } from "./function-task";

const DAY = 86_400;

/** How a function's queue is set up. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
export const QUEUE = {
  /** A message names a call and holds no payload. SQS bills up to 64 KiB as one request. */
  maxMessageBytes: 65_536,
  visibilitySeconds: VISIBILITY_MS / 1000,
  longPollSeconds: 20,
  /** A day longer than any call may be open: each attempt has a message of its own. */
  retentionSeconds: 8 * DAY,
  /** SQS's longest. What SQS itself moves keeps its age, so the dead letters have six days more than the queue, at the least. */
  deadLetterRetentionSeconds: 14 * DAY,
  /**
   * SQS's largest, and a backstop only: what kills its workers is moved by the worker that finds it so. A message that meets a call
   * which somebody else works on, or whose retry is not due, comes back about once each visibility timeout, and every time counts.
   */
  maxReceives: 1000,
  /** A data key serves so long before SQS asks KMS again, which is paid for. */
  keyReuseSeconds: 300,
} as const;
