/** Each change of a record, by who makes it. Pure: what the record is now in, the write and its condition out. */
export { type Cancel, cancel, create, reopen, sent } from "./caller";
export { type Closing, cancelled, timedOut } from "./ending";
export { type AttemptRules, CLOCK_SLACK_MS, type RetryRules } from "./rules";
export { SWEEP_SLACK_MS, type Sweep, sweep } from "./sweeper";
export {
  type AfterAttempt,
  type AfterDeath,
  type Claim,
  claim,
  died,
  type Ending,
  fail,
  release,
  succeed,
} from "./worker";
