/** The clock of AWS, as far as its answers tell: hosts' own may be minutes off, and leases are compared between hosts. */
export class Clock {
  /** The offset to this host's clock lies between these: each answer's `Date` narrows it. */
  private atLeast = Number.NEGATIVE_INFINITY;
  private atMost = Number.POSITIVE_INFINITY;

  /** @param host this host's clock, in milliseconds since 1970 */
  constructor(private readonly host: () => number = Date.now) {}

  /** Whether an answer has told anything: until then nobody else's lease may be judged by it. */
  get isKnown(): boolean {
    return this.atMost < Number.POSITIVE_INFINITY;
  }

  now(): number {
    return Math.round(this.host() + (this.isKnown ? (this.atLeast + this.atMost) / 2 : 0));
  }

  /** `Date` counts whole seconds, and was written some time between the request and its answer. */
  learn(date: string | undefined, askedAt: number, answeredAt: number): void {
    const second = Date.parse(date ?? "");
    if (Number.isNaN(second)) return;
    const atLeast = second - answeredAt;
    const atMost = second + 1000 - askedAt;
    const fits = atLeast <= this.atMost && atMost >= this.atLeast;
    // A clock that was set, or drifted: what is known is no longer so.
    this.atLeast = fits ? Math.max(this.atLeast, atLeast) : atLeast;
    this.atMost = fits ? Math.min(this.atMost, atMost) : atMost;
  }

  /** This host's clock, for `learn`. */
  hostNow(): number {
    return this.host();
  }
}
