export interface GateOptions {
  /** Requests at the app at once. */
  readonly maxInputs: number;
  /** Requests that may wait for one of those places. */
  readonly maxQueued: number;
}

/** Who waits for a place at the app. */
export interface Waiter {
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
  /** In the order of arrival; leaving costs the same wherever one stands. */
  private readonly queue = new Set<Waiter>();

  constructor(private readonly options: GateOptions) {}

  get inFlight(): number {
    return this.taken;
  }

  get maxInputs(): number {
    return this.options.maxInputs;
  }

  get queued(): number {
    return this.queue.size;
  }

  /** A place at once; or the waiter is queued, or refused because the queue is full. */
  enter(waiter: Waiter): Slot | "queued" | "full" {
    const { maxInputs, maxQueued } = this.options;
    if (this.taken < maxInputs) return this.take();
    if (this.queue.size >= maxQueued) return "full";
    this.queue.add(waiter);
    return "queued";
  }

  /** Gives up waiting. */
  leave(waiter: Waiter): void {
    this.queue.delete(waiter);
  }

  /** Seconds after which a place may be free for one who asks now, from how long requests have taken: 1 to 60. */
  retryAfterSeconds(): number {
    const turns = (this.queue.size + 1) / this.options.maxInputs;
    return Math.min(LONGEST_RETRY_S, Math.max(1, Math.ceil((turns * this.averageMs) / 1000)));
  }

  /** Only a `Slot` calls this, and once. */
  give(heldMs: number): void {
    this.averageMs = this.isMeasured ? this.averageMs + NEWEST_WEIGHT * (heldMs - this.averageMs) : heldMs;
    this.isMeasured = true;
    this.taken--;
    const [next] = this.queue;
    if (next === undefined) return;
    this.queue.delete(next);
    next.admitted(this.take());
  }

  private take(): Slot {
    this.taken++;
    return new Slot(this);
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
