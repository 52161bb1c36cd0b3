/**
 * Seconds between deregistering a task and SIGTERM: the longest first byte a client may wait for (150 s) and 10 s more. The
 * wait ends early when nothing is in flight.
 */
export const DEREGISTRATION_DELAY = 160;

/** Seconds on top of the startup timeout before ECS counts failed health checks: image pull, and two checks. */
export const START_MARGIN = 30;
