import { openKeys } from "./call-id";

/**
 * How often the control service does something while nobody calls, in milliseconds. A look costs a request whether or not it finds
 * anything, so what these come to is told at synth: see `idleRequests`.
 */
export const CADENCE = {
  /** Calls that nobody looks after wait this long to be found, beside the slack that they have anyway. */
  sweepMs: 30_000,
  /** One of the tasks looks; another takes over after so long, and each asks three times meanwhile. */
  leaseMs: 60_000,
  /** A task says where it is. */
  announceMs: 60_000,
} as const;

/** Every so many sweeps the queues of functions without a task are looked at: the gateways that spawn say so themselves. */
export const SWEEPS_BETWEEN_QUEUES = 2;

/** A worker's question that nothing answers takes the longest that SQS waits. */
const LONG_POLL_MS = 20_000;

/** A month, as prices are told: 730 hours. */
const MONTH_MS = 730 * 3_600_000;

/**
 * Requests of the calls table and of queues that looking after one function takes in a month in which nobody calls it. A query of the
 * index counts as half a consistent read.
 */
export function idleFunctionRequests(containers: number) {
  const sweeps = MONTH_MS / CADENCE.sweepMs;
  // A queue of a function that has containers is not looked at: they ask it themselves.
  const messages = containers > 0 ? containers * (MONTH_MS / LONG_POLL_MS) : sweeps / SWEEPS_BETWEEN_QUEUES;
  return { reads: (sweeps * openKeys("").length) / 2, writes: 0, messages };
}

/** Those of the control service's tasks for themselves. */
export function idleControlRequests(tasks: number) {
  const each = MONTH_MS / (CADENCE.leaseMs / 3) + MONTH_MS / CADENCE.announceMs;
  return { reads: 0, writes: tasks * each, messages: 0 };
}
