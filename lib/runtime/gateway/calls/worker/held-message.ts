import type { CallMessage } from "../../../../calls";
import type { CallQueue, Clock, Received } from "../../../../calls/aws";
import { hiding } from "./message-span";
import { tryFor } from "./persist";

/** Each is done by somebody else later if not now. */
const TRY_MS = 10_000;

/** Of the pause between two extensions, so that a task's are not all at one time. */
const JITTER = 0.2;

/** A message that this worker got, and nobody else gets while it is kept. */
export class HeldMessage {
  private timer: NodeJS.Timeout | undefined;
  private isReplaced = false;

  constructor(
    private readonly queue: CallQueue,
    private readonly received: Received & { readonly message: CallMessage },
    private readonly visibilityMs: number,
    private readonly clock: Clock,
  ) {}

  get message(): CallMessage {
    return this.received.message;
  }

  get body(): string {
    return this.received.body;
  }

  /** Since it was sent. */
  get ageMs(): number {
    return this.clock.now() - this.received.sentAt;
  }

  /** Extends its invisibility until it is deleted or given back. */
  keep(): void {
    const pauseMs = (this.visibilityMs / 3) * (1 - JITTER * Math.random());
    this.timer = setTimeout(async () => {
      const timer = this.timer;
      // Without success the record's lease still tells whoever gets it that the call is being worked on.
      await this.hideUntil(this.clock.now() + this.visibilityMs);
      if (this.timer === timer && !this.isReplaced) this.keep();
    }, pauseMs);
  }

  async hideUntil(until: number): Promise<void> {
    if (this.isReplaced) return;
    const { receipt, firstReceivedAt } = this.received;
    const how = hiding(firstReceivedAt, this.clock.now(), until);
    if (how.kind === "hide") {
      await tryFor(0, (signal) => this.queue.hide(receipt, how.forMs, signal));
    } else if (await tryFor(TRY_MS, (signal) => this.queue.send(this.message, how.delayMs, signal))) {
      await this.delete();
    }
  }

  /** Somebody may have it at once. */
  async giveBack(): Promise<void> {
    this.stop();
    if (!this.isReplaced) await tryFor(TRY_MS, (signal) => this.queue.hide(this.received.receipt, 0, signal));
  }

  async delete(): Promise<void> {
    this.stop();
    if (this.isReplaced) return;
    this.isReplaced = true;
    await tryFor(TRY_MS, (signal) => this.queue.delete(this.received.receipt, signal));
  }

  /** It comes back by itself. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
