import type { CallQueue, Received } from "../../../../calls/aws";
import type { Log } from "../../log";

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;

/** Asks the queue for messages while there is room for them, one long poll at a time. */
export class ReceiveLoop {
  private occupied = 0;
  private isOpen = false;
  private isEnded = false;
  private pauseMs = 0;
  private pausedUntil = 0;
  private wake: () => void = () => undefined;
  private readonly abortion = new AbortController();
  private readonly over: Promise<void>;

  /** @param deliver resolves when the message's slot is free again */
  constructor(
    private readonly queue: CallQueue,
    private readonly options: { readonly slots: number; readonly visibilityMs: number },
    private readonly deliver: (received: Received) => Promise<void>,
    private readonly log: Log,
  ) {
    this.over = this.run();
  }

  get busy(): number {
    return this.occupied;
  }

  /** Whether messages are wanted at present. */
  set open(isOpen: boolean) {
    this.isOpen = isOpen;
    this.wake();
  }

  /** What messages are about cannot be reached: to get more of them would only use up their receipts. */
  slowDown(): void {
    // All messages of one poll meet the same trouble.
    if (performance.now() < this.pausedUntil) return;
    this.pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * this.pauseMs));
    this.pausedUntil = performance.now() + this.pauseMs;
  }

  speedUp(): void {
    this.pauseMs = 0;
    this.pausedUntil = 0;
  }

  /** No poll begins any more; resolves when the last one is over. What that one still brings is delivered. */
  end(): Promise<void> {
    this.isEnded = true;
    this.wake();
    return this.over;
  }

  /** A poll that is cut off may take messages with it, until they are visible again. */
  abort(): void {
    this.isEnded = true;
    this.abortion.abort();
    this.wake();
  }

  private async run(): Promise<void> {
    let isTroubled = false;
    while (!this.isEnded) {
      const free = this.options.slots - this.occupied;
      if (!this.isOpen || free === 0) {
        await this.change();
        continue;
      }
      const pauseMs = this.pausedUntil - performance.now();
      if (pauseMs > 0) {
        await this.change(pauseMs);
        continue;
      }
      try {
        // One message is enough to find out whether trouble is over.
        const most = this.pauseMs > 0 ? 1 : free;
        for (const received of await this.queue.receive(most, this.options.visibilityMs, this.abortion.signal)) {
          void this.take(received);
        }
        if (isTroubled) this.log.info("queue_reachable");
        if (isTroubled) this.speedUp();
        isTroubled = false;
      } catch (error) {
        if (this.abortion.signal.aborted) return;
        if (!isTroubled) this.log.warn("queue_unreachable", { message: (error as Error).message });
        isTroubled = true;
        this.slowDown();
      }
    }
  }

  private async take(received: Received): Promise<void> {
    this.occupied++;
    try {
      await this.deliver(received);
    } finally {
      this.occupied--;
      this.wake();
    }
  }

  private change(withinMs?: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = withinMs === undefined ? undefined : setTimeout(resolve, withinMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
