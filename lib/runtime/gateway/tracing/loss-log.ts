import type { Log } from "../log";

/** Says when spans begin to be lost, and when that is over: a line each, not one a span. */
export class LossLog {
  private count = 0;

  constructor(
    private readonly log: Log,
    private readonly endpoint: string,
  ) {}

  lost(count: number, message: string): void {
    if (this.count === 0) this.log.warn("spans_lost", { message, endpoint: this.endpoint });
    this.count += count;
  }

  over(): void {
    if (this.count > 0) this.log.info("spans_sent_again", { lost: this.count, endpoint: this.endpoint });
    this.count = 0;
  }
}
