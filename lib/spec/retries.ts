import type { Report } from "./parse";
import { type Duration, duration, integer, leaf, numberOrGroup, refuse } from "./values";

/** Further attempts after one that raised an error or took longer than `timeout`. A worker that died is no attempt. */
export interface Retries {
  /** How many, 0 to 100. */
  readonly maxRetries: number;
  /**
   * Time before the first of them, 0 s to 15 min, which is as long as SQS holds a message back.
   * @default 1
   */
  readonly initialDelay?: Duration;
  /**
   * Each delay is the one before times this, 1 to 10.
   * @default 2
   */
  readonly backoffCoefficient?: number;
  /**
   * No delay is longer, 1 s to 15 min.
   * @default 60
   */
  readonly maxDelay?: Duration;
}

export interface RetriesSpec {
  readonly maxRetries: number;
  /** Seconds. */
  readonly initialDelay: number;
  readonly backoffCoefficient: number;
  /** Seconds. */
  readonly maxDelay: number;
}

const MOST_RETRIES = 100;

/** `DelaySeconds` of SQS. @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-timers.html */
const LONGEST_DELAY = 900;
const delayReason = "SQS holds a message back for 15 minutes at most";

const DEFAULT_INITIAL_DELAY = 1;
const DEFAULT_MAX_DELAY = 60;

const fix = `Use 0 to ${MOST_RETRIES}; 0 is no retry`;
const count = integer({ min: 0, max: MOST_RETRIES, fix, example: "3" });

export const retries = numberOrGroup(count, {
  maxRetries: count,
  initialDelay: duration({ min: 0, max: LONGEST_DELAY, reason: delayReason }).optional(),
  backoffCoefficient: leaf<number>(
    (value) =>
      typeof value === "number" && value >= 1 && value <= 10
        ? value
        : refuse("must be a number from 1 to 10", "Use 1 for equal delays, 2 to double each"),
    { token: "early" },
  ).optional(),
  maxDelay: duration({ min: 1, max: LONGEST_DELAY, reason: delayReason }).optional(),
});

type Asked = number | { maxRetries: number; initialDelay?: number; backoffCoefficient?: number; maxDelay?: number };

/** As Modal has it: a bare number is that many retries, each a second after the attempt before it. */
export function retriesSpec(asked: Asked): RetriesSpec {
  if (typeof asked === "number") {
    return { maxRetries: asked, initialDelay: 1, backoffCoefficient: 1, maxDelay: DEFAULT_MAX_DELAY };
  }
  const { maxRetries, backoffCoefficient = 2, maxDelay = DEFAULT_MAX_DELAY } = asked;
  const { initialDelay = Math.min(DEFAULT_INITIAL_DELAY, maxDelay) } = asked;
  return { maxRetries, initialDelay, backoffCoefficient, maxDelay };
}

export function checkRetries(asked: Asked | undefined, report: Report): void {
  if (asked === undefined || typeof asked === "number" || asked.initialDelay === undefined) return;
  const { initialDelay, maxDelay = DEFAULT_MAX_DELAY } = asked;
  if (initialDelay <= maxDelay) return;
  report({
    prop: "retries.initialDelay",
    value: `${initialDelay}s`,
    message: `is above maxDelay, ${maxDelay}s`,
    fix: `Use at most ${maxDelay}, or raise maxDelay`,
  });
}
