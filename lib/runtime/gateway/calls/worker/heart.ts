import type { Attempt } from "./attempt";
import { within } from "./persist";
import type { WorkerContext } from "./worker-context";

const TRY_MS = 5000;
/** TTL may remove what a task has left behind. */
const KEPT_S = 24 * 3600;

/**
 * Says that the task lives while it has attempts, in one write for all of them, and hears of cancels. The beats are what keeps
 * other workers from the calls: a record's own lease is not extended.
 */
export class Heart {
  private readonly attempts = new Set<Attempt>();
  private timer: NodeJS.Timeout | undefined;
  private beatAt = 0;
  /** An answer was lost, or came so late that somebody else may have thought the task dead. */
  private isUnsure = false;
  private isTroubled = false;

  constructor(private readonly context: WorkerContext) {}

  add(attempt: Attempt): void {
    if (this.attempts.size === 0) this.beatAt = this.context.clock.now();
    this.attempts.add(attempt);
    this.timer ??= setTimeout(() => this.beat(), this.context.config.heartbeatMs);
  }

  remove(attempt: Attempt): void {
    this.attempts.delete(attempt);
    if (this.attempts.size > 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  has(call: string): boolean {
    return [...this.attempts].some(({ key }) => key.call === call);
  }

  /** Whether nobody can have taken a call that was claimed at this time. */
  isLeased(claimedAt: number): boolean {
    return this.context.clock.now() < Math.max(claimedAt, this.beatAt) + this.context.config.visibilityMs;
  }

  private async beat(): Promise<void> {
    const { table, owner, clock, config, log } = this.context;
    const { tag, heartbeatMs } = config;
    const askedAt = clock.now();
    try {
      const expiresAt = Math.ceil(askedAt / 1000) + KEPT_S;
      const { cancels, asked } = await within(TRY_MS, (signal) => table.beat(tag, owner, askedAt, expiresAt, signal));
      if (asked > 1 || !this.isLeased(0)) this.isUnsure = true;
      this.beatAt = askedAt;
      if (this.isTroubled) log.info("beats_again");
      this.isTroubled = false;
      for (const attempt of this.attempts) if (cancels.includes(attempt.key.call)) attempt.cancel();
      if (this.isUnsure) await this.look();
    } catch (error) {
      this.isUnsure = true;
      if (!this.isTroubled) log.warn("beat_failed", { message: (error as Error).message });
      this.isTroubled = true;
    }
    if (this.attempts.size === 0) return;
    const pauseMs = Math.max(0, heartbeatMs - (clock.now() - askedAt));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.beat(), pauseMs);
  }

  /** Each record says what the beat's answer should have said. */
  private async look(): Promise<void> {
    for (const attempt of this.attempts) {
      const { call } = attempt.key;
      attempt.heed(await within(TRY_MS, (signal) => this.context.table.get(call, signal)));
    }
    this.isUnsure = false;
  }
}
