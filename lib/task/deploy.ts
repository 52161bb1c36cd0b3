/** Seconds that a task goes on answering beyond the longest first byte: for the answer itself, and for the load balancer to notice. */
const AFTER_FIRST_BYTE = 10;

/**
 * Seconds between deregistering a task and SIGTERM, at most AWS's 3600: whoever waits for a first byte gets it. The wait ends early
 * when nothing is in flight.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
 */
export function deregistrationDelay(requestTimeout: number): number {
  return requestTimeout + AFTER_FIRST_BYTE;
}

/** Seconds on top of the startup timeout before ECS counts failed health checks: image pull, and two checks. */
export const START_MARGIN = 30;

/** Tasks that must fail before the circuit breaker gives a deployment up. @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html */
const FEWEST_FAILURES = 3;

/** Seconds for pulling images and for the roll-back. */
const AROUND_STARTS = 330;

/**
 * Minutes that an apply waits for a deployment: long enough to see the circuit breaker give up, or the last old task leave, and never
 * less than the provider's own 20. Takes seconds.
 */
export function deployMinutes(task: {
  readonly startupTimeout: number;
  readonly requestTimeout: number;
  readonly drainTimeout: number;
}): number {
  const starts = FEWEST_FAILURES * (task.startupTimeout + START_MARGIN);
  const leaving = deregistrationDelay(task.requestTimeout) + task.drainTimeout;
  return Math.max(20, Math.ceil((starts + leaving + AROUND_STARTS) / 60));
}
