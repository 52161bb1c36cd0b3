import type { ClientRequest } from "./client-request";
import type { Refusal } from "./refusal";
import { bodyTimeout, firstByteTimeout, idleTimeout, queueTimeout, totalTimeout } from "./refusals";
import type { Service } from "./service";

/**
 * A request waits for its token to be looked up, for a place, for its answer to begin, for the rest of it; a tunnel has no
 * end but the last. What the gateway itself serves has no time for its first byte: it may be waiting on its client's behalf.
 */
export type Stage = "authorizing" | "queued" | "at-app" | "serving" | "answering" | "tunnel";

/** An idle client is looked at this often within `idleMs`, so it is noticed at most a quarter later than that. */
const LOOKS = 4;

/** Whose time it is. */
export interface Timed {
  /** It is over, before its time. */
  end(refusal: Refusal): void;
}

/** The four timers of one request: for its place, its answer's first byte, silence, and the whole of it. */
export class Timers {
  stage: Stage = "queued";
  private stageDeadline = Number.POSITIVE_INFINITY;
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Number.POSITIVE_INFINITY;
  /** Bytes that have passed on the client's connection when the timer last looked, and how often it saw no more. */
  private passed = -1;
  private unchanged = 0;

  constructor(
    private readonly service: Service,
    private readonly request: ClientRequest,
    private readonly arrivedAt: number,
    private readonly timed: Timed,
  ) {}

  enter(stage: Stage): void {
    const now = performance.now();
    this.stage = stage;
    this.passed = -1;
    this.stageDeadline = now + this.longest(stage);
    this.arm(now);
  }

  clear(): void {
    clearTimeout(this.timer);
  }

  private longest(stage: Stage): number {
    const { queueMs, firstByteMs, idleMs } = this.service.config.web.timers;
    switch (stage) {
      case "queued":
        return queueMs;
      case "at-app":
        return firstByteMs;
      case "serving":
      case "answering":
        return idleMs / LOOKS;
      default:
        return Number.POSITIVE_INFINITY;
    }
  }

  /** The timer is armed for whichever deadline is nearest, and not armed anew when a deadline moves away from it. */
  private arm(now: number): void {
    const { totalMs, idleMs } = this.service.config.web.timers;
    // Not after the first look at an idle client, so that an answer that begins needs no other timer.
    const at = Math.min(this.stageDeadline, this.arrivedAt + totalMs, now + idleMs / LOOKS);
    if (at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(this.onTimer, Math.max(1, Math.ceil(at - now)));
  }

  private readonly onTimer = () => {
    this.timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    const verdict = this.verdict(now);
    if (verdict !== undefined) this.timed.end(verdict);
    else this.arm(now);
  };

  /** Why the request ends now; undefined when it may go on, with its next deadline set. */
  private verdict(now: number): Refusal | undefined {
    const { gate, config } = this.service;
    const { queueMs, firstByteMs, idleMs, totalMs } = config.web.timers;
    if (now >= this.arrivedAt + totalMs) return totalTimeout(totalMs);
    if (now < this.stageDeadline) return undefined;

    if (this.stage === "queued") return queueTimeout(queueMs, gate.retryAfterSeconds());
    // A long upload is not a fault; one that has stopped is, unless it waits for the app to read.
    if (this.stage === "at-app" && !this.request.awaitsBody) return firstByteTimeout(firstByteMs);
    if (this.stage === "serving" && !this.request.awaitsBody) this.unchanged = 0;
    else if (this.isIdle()) return this.stage === "answering" ? idleTimeout(idleMs) : bodyTimeout(idleMs);
    this.stageDeadline = now + idleMs / LOOKS;
    return undefined;
  }

  /** Whether nothing has passed to or from the client for `idleMs`. */
  private isIdle(): boolean {
    const { passed } = this.request.arrival;
    this.unchanged = passed === this.passed ? this.unchanged + 1 : 0;
    this.passed = passed;
    return this.unchanged >= LOOKS;
  }
}
