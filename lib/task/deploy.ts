/**
 * Seconds between deregistering a task and SIGTERM: the longest first byte a client may wait for (150 s) and 10 s more. The
 * wait ends early when nothing is in flight.
 */
export const DEREGISTRATION_DELAY = 160;

/** Seconds on top of the startup timeout before ECS counts failed health checks: image pull, and two checks. */
export const START_MARGIN = 30;

/** Tasks that must fail before the circuit breaker gives a deployment up. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
const FEWEST_FAILURES = 3;

/** Seconds for pulling images, draining the old version, and the roll-back. */
const AROUND_STARTS = 600;

/** Minutes that an apply waits for a deployment: long enough to see the circuit breaker give up, and never less than the provider's own 20. */
export function deployMinutes(startupTimeout: number): number {
  return Math.max(20, Math.ceil((FEWEST_FAILURES * (startupTimeout + START_MARGIN) + AROUND_STARTS) / 60));
}
