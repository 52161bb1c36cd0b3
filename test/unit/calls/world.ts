import { type AttemptRules, applied, type CallRecord, type Change, isFinal, newCallId } from "../../../lib/calls";

export const RULES: AttemptRules = {
  attemptMs: 60_000,
  visibilityMs: 30_000,
  maxDeliveries: 3,
  retentionS: 3600,
  retries: { maxRetries: 2, initialDelayMs: 1000, backoffCoefficient: 2, maxDelayMs: 60_000 },
};
export const TIMES = { queueMs: 300_000, deadlineMs: 600_000, retentionS: RULES.retentionS };

export interface Message {
  visibleAt: number;
  /** Of the newest receipt: an older one no longer counts. */
  receipt: number;
}

/** Whoever writes, as far as the checks ask: a worker that ends an attempt says which. */
export interface Writer {
  readonly who: string;
  readonly ends?: number;
}

/** A table, a queue and a clock of one call, and what must hold of every write. */
export class World {
  now = 1_800_000_000_000;
  readonly id = newCallId("0123abcd");
  record: CallRecord | undefined;
  messages: Message[] = [];
  deadLetters = 0;
  readonly beats = new Map<string, number>();
  readonly cancels = new Map<string, boolean>();
  /** Every final state that the record was given. */
  readonly ends: string[] = [];
  private receipts = 0;

  /** @param fenced false: writes do not ask for the attempt that they are about, to show that the checks see it */
  constructor(private readonly fenced = true) {}

  create(record: CallRecord): boolean {
    if (this.record) return false;
    this.record = record;
    return true;
  }

  /** A conditional write, as the table does it. */
  change(change: Change, { who, ends }: Writer): boolean {
    const before = this.record;
    if (!before) throw new Error(`${who} changes a record that is not there`);
    const { attempt: _, leaseOwner: __, state: ___, ...unfenced } = change.expects;
    const after = applied(before, this.fenced ? change : { ...change, expects: unfenced });
    if (!after) return false;
    this.check(before, after, { who, ends });
    this.record = after;
    return true;
  }

  private check(before: CallRecord, after: CallRecord, { who, ends }: Writer): void {
    if (isFinal(before.state)) throw new Error(`${who} changes a call that has ended ${before.state}`);
    if (ends !== undefined && (before.attempt !== ends || before.leaseOwner !== who || before.state !== "RUNNING")) {
      throw new Error(`${who} ends attempt ${ends}, but attempt ${before.attempt} is ${before.leaseOwner}'s`);
    }
    if (after.attempt < before.attempt || after.attempt > before.attempt + 1) throw new Error(`${who} skips attempts`);
    if (after.attempt > before.attempt && before.cancelRequestedAt !== undefined) {
      throw new Error(`${who} begins a call that is to be cancelled`);
    }
    const isRunning = after.state === "RUNNING";
    if (isRunning !== (after.leaseOwner !== undefined)) throw new Error(`${who} leaves a lease behind`);
    if ((after.nextDue !== undefined) !== !isFinal(after.state)) throw new Error(`${who}: nextDue of ${after.state}`);
    if (after.expiresAt * 1000 < this.now) throw new Error(`${who}: the record expires before now`);
    if (after.retried > RULES.retries.maxRetries) throw new Error(`${who} retries too often`);
    if (isFinal(after.state)) {
      this.ends.push(after.state);
      if ((after.state === "SUCCESS") !== (after.output !== undefined)) throw new Error(`${who}: output`);
      if ((after.state === "SUCCESS") === (after.error !== undefined)) throw new Error(`${who}: error`);
    }
  }

  send(delayMs = 0): void {
    this.messages.push({ visibleAt: this.now + delayMs, receipt: 0 });
  }

  receive(): { message: Message; receipt: number } | undefined {
    const message = this.messages.find(({ visibleAt }) => visibleAt <= this.now);
    if (!message) return undefined;
    message.visibleAt = this.now + RULES.visibilityMs;
    message.receipt = ++this.receipts;
    return { message, receipt: message.receipt };
  }

  hide({ message, receipt }: { message: Message; receipt: number }, ms: number): void {
    if (message.receipt === receipt) message.visibleAt = this.now + ms;
  }

  delete({ message, receipt }: { message: Message; receipt: number }): void {
    if (message.receipt === receipt) this.messages = this.messages.filter((one) => one !== message);
  }
}
