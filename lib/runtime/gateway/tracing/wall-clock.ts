/** `Date.now()` counts whole milliseconds, in which a gateway serves a request. */
const TOLERANCE_MS = 2;

/** The time of day, as finely as `performance.now()` counts; when the machine's clock is set, or drifts off, it follows. */
export class WallClock {
  /** When `performance.now()` was 0. */
  private zero = performance.timeOrigin;

  now(): number {
    const now = performance.now();
    const off = Date.now() - (this.zero + now);
    if (Math.abs(off) > TOLERANCE_MS) this.zero += off;
    return this.zero + now;
  }
}
