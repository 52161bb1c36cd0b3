/** Nanoseconds of the machine's monotonic clock, the same in every process: Python's `time.monotonic_ns()` reads it too. */
export type Moment = number;

export function now(): Moment {
  return Number(process.hrtime.bigint());
}

export function msBetween(from: Moment, to: Moment): number {
  return (to - from) / 1e6;
}
