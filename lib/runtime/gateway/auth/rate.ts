/** A rate that may be used in bursts of up to a second's worth. Times are `performance.now()`. */
export class Rate {
  private left: number;
  private at = 0;

  constructor(readonly perSecond: number) {
    this.left = perSecond;
  }

  take(now: number): boolean {
    this.left = Math.min(this.perSecond, this.left + ((now - this.at) / 1000) * this.perSecond);
    this.at = now;
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
