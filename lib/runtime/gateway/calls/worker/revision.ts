import type { Log } from "../../log";

/** While there is work, the registry is asked this often. */
const FRESH_MS = 15_000;

/**
 * ECS stops an old task that is not protected within minutes. One that is still there was put back into service, by a rollback of
 * which the registry knows nothing.
 */
const ASIDE_MS = 10 * 60_000;

/** Whether this task is one that a deploy is replacing: it leaves new calls to its successors, and ECS can stop it. */
export class Revision {
  private askedAt = Number.NEGATIVE_INFINITY;
  private newest = 0;
  private asideSince: number | undefined;
  /** A revision that did not come. */
  private forgone = 0;

  constructor(
    private readonly own: number | undefined,
    private readonly ask: () => Promise<number | undefined>,
    private readonly log: Log,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Asked before a call is begun; nobody asks while there is none. */
  async isOutdated(): Promise<boolean> {
    const { own } = this;
    if (own === undefined) return false;
    if (this.now() - this.askedAt > FRESH_MS) {
      this.askedAt = this.now();
      // A registry that does not answer is no reason to leave calls undone.
      this.newest = (await this.ask().catch(() => undefined)) ?? this.newest;
    }
    if (this.newest <= own || this.newest <= this.forgone) return false;
    if (this.asideSince === undefined) this.log.info("task_outdated", { revision: own, newest: this.newest });
    this.asideSince ??= this.now();
    return true;
  }

  /** How long it is to leave calls alone. */
  get asideMs(): number {
    return ASIDE_MS;
  }

  /** It was not replaced in all this time. */
  resume(): void {
    this.log.warn("task_not_replaced", { revision: this.own, newest: this.newest });
    this.forgone = this.newest;
    this.asideSince = undefined;
  }
}
