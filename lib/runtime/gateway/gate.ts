export interface GateOptions {
  /** Requests at the app at once. */
  readonly maxInputs: number;
  /** Requests that may wait for one of those places. */
  readonly maxQueued: number;
}

/** Who waits for a place at the app. The queue links its waiters through them. */
export interface Waiter {
  ahead?: Waiter | undefined;
  behind?: Waiter | undefined;
  /** Called once, when it is the waiter's turn: never within `enter`, and never after `leave`. */
  admitted(slot: Slot): void;
}

/** Until a request was measured, `Retry-After` supposes that one takes this long. */
const FIRST_GUESS_MS = 1000;

/** The weight of the newest request in the average: about the last twenty count. */
const NEWEST_WEIGHT = 0.1;

const LONGEST_RETRY_S = 60;

/**
 * Lets at most `maxInputs` requests be at the app. The others wait in the order in which they came, `maxQueued` at the most,
 * and beyond that the newest is refused: who has waited longest is never the one to lose.
 */
export class Gate {
  private taken = 0;
  private averageMs = FIRST_GUESS_MS;
  private isMeasured = false;
  /**
   * In the order of arrival; leaving costs the same wherever one stands. It is no set, because what a set has outgrown keeps
   * those who have left alive through every young collection, and a tenth of a busy gateway's time went into copying them.
   */
  private first: Waiter | undefined;
  private last: Waiter | undefined;
  private waiting = 0;
  /** Requests inside or waiting, times the milliseconds that they were. */
  private load = 0;
  private loadAt = performance.now();
  private loadSince = this.loadAt;

  constructor(private readonly options: GateOptions) {}

  get inFlight(): number {
    return this.taken;
  }

  get maxInputs(): number {
    return this.options.maxInputs;
  }

  get queued(): number {
    return this.waiting;
  }

  /** How many requests were inside or waiting, on the average since this was last asked. */
  takeAverageLoad(): number {
    const since = this.loadSince;
    this.weigh();
    const elapsed = this.loadAt - since;
    const average = elapsed > 0 ? this.load / elapsed : this.taken + this.waiting;
    this.load = 0;
    this.loadSince = this.loadAt;
    return average;
  }

  /** A place at once; or the waiter is queued, or refused because the queue is full. */
  enter(waiter: Waiter): Slot | "queued" | "full" {
    const { maxInputs, maxQueued } = this.options;
    if (this.taken < maxInputs) return this.take();
    if (this.waiting >= maxQueued) return "full";
    this.weigh();
    waiter.ahead = this.last;
    if (this.last === undefined) this.first = waiter;
    else this.last.behind = waiter;
    this.last = waiter;
    this.waiting++;
    return "queued";
  }

  /** Gives up waiting, if it does wait. */
  leave(waiter: Waiter): void {
    const { ahead, behind } = waiter;
    if (ahead === undefined && this.first !== waiter) return;
    this.weigh();
    if (ahead === undefined) this.first = behind;
    else ahead.behind = behind;
    if (behind === undefined) this.last = ahead;
    else behind.ahead = ahead;
    waiter.ahead = undefined;
    waiter.behind = undefined;
    this.waiting--;
  }

  /** Seconds after which a place may be free for one who asks now, from how long requests have taken: 1 to 60. */
  retryAfterSeconds(): number {
    const turns = (this.waiting + 1) / this.options.maxInputs;
    return Math.min(LONGEST_RETRY_S, Math.max(1, Math.ceil((turns * this.averageMs) / 1000)));
  }

  /** Only a `Slot` calls this, and once. */
  give(heldMs: number): void {
    this.averageMs = this.isMeasured ? this.averageMs + NEWEST_WEIGHT * (heldMs - this.averageMs) : heldMs;
    this.isMeasured = true;
    this.weigh();
    this.taken--;
    const next = this.first;
    if (next === undefined) return;
    this.leave(next);
    next.admitted(this.take());
  }

  private take(): Slot {
    this.weigh();
    this.taken++;
    return new Slot(this);
  }

  /** Before either count changes. */
  private weigh(): void {
    const now = performance.now();
    this.load += (this.taken + this.waiting) * (now - this.loadAt);
    this.loadAt = now;
  }
}

/** A place at the app. It is given back exactly once, however many ways of ending a request meet. */
export class Slot {
  readonly since = performance.now();
  private isHeld = true;

  constructor(private readonly gate: Gate) {}

  release(): void {
    if (!this.isHeld) return;
    this.isHeld = false;
    this.gate.give(performance.now() - this.since);
  }
}
