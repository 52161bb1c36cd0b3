import type { CallTable, Clients } from "../../../../calls/aws";
import type { Log } from "../../log";

const LEASE = "control";

export interface LeadershipOptions {
  readonly table: CallTable;
  readonly clock: Clients["clock"];
  readonly owner: string;
  readonly leaseMs: number;
  readonly log: Log;
}

/**
 * Which of the control tasks sweeps. Two at once, while a lease changes hands, do double work and no harm: each change is made by
 * condition.
 */
export class Leadership {
  /** On this host's clock that is never set. */
  private leaderUntil = Number.NEGATIVE_INFINITY;
  private wasLeader = false;
  private timer: NodeJS.Timeout | undefined;
  private hasEnded = false;

  constructor(private readonly options: LeadershipOptions) {}

  get isLeader(): boolean {
    return performance.now() < this.leaderUntil;
  }

  begin(stopping: AbortSignal): void {
    const again = async () => {
      await this.ask();
      if (!stopping.aborted && !this.hasEnded) this.timer = setTimeout(again, this.options.leaseMs / 3);
    };
    void again();
  }

  /** Gives the lease up, so that the other task need not wait for its end. */
  async end(): Promise<void> {
    this.hasEnded = true;
    clearTimeout(this.timer);
    if (!this.isLeader) return;
    this.leaderUntil = Number.NEGATIVE_INFINITY;
    const { table, clock, owner } = this.options;
    await table.lease(LEASE, owner, clock.now(), 0, AbortSignal.timeout(2000)).catch(() => undefined);
  }

  /** Renews the lease, or takes it when its time is over. */
  private async ask(): Promise<void> {
    const { table, clock, owner, leaseMs, log } = this.options;
    const signal = AbortSignal.timeout(leaseMs / 3);
    try {
      // Any answer tells the time, without which nobody's lease can be called over.
      if (!clock.isKnown) await table.get(LEASE, signal);
      const askedAt = performance.now();
      const now = clock.now();
      const isOurs = clock.isKnown && (await table.lease(LEASE, owner, now, now + leaseMs, signal));
      this.leaderUntil = isOurs ? askedAt + leaseMs : Number.NEGATIVE_INFINITY;
    } catch (error) {
      log.warn("lease_failed", { message: (error as Error).message });
    }
    if (this.isLeader !== this.wasLeader) log.info(this.isLeader ? "leading" : "following");
    this.wasLeader = this.isLeader;
  }
}
