/** A request that has it gets a Server-Timing header with its answer. */
export const TIMING_HEADER = "x-slipway-timing";

/**
 * How long a request waited for a place, and how long the app took to begin its answer.
 * @see https://www.w3.org/TR/server-timing/
 */
export function serverTiming(arrivedAt: number, admittedAt: number): string {
  const queued = admittedAt - arrivedAt;
  return `queue;dur=${queued.toFixed(2)}, app;dur=${(performance.now() - admittedAt).toFixed(2)}`;
}
