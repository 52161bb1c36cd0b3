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
