import type { Log } from "../../log";

/** While there is work, the registry is asked this often. */
const FRESH_MS = 15_000;

/**
 * ECS stops an old task that is not protected as soon as a new one is healthy. One that is still there after this is needed: its
 * successors are slow to start, or a rollback of which the registry knows nothing has put it back into service.
 */
const ASIDE_MS = 5 * 60_000;
/** Then it works on for so long, before it gives ECS another chance. */
const NEEDED_MS = 10 * 60_000;

/** Whether this task is one that a deploy is replacing: it leaves new calls to its successors, and ECS can stop it. */
export class Revision {
  private askedAt = Number.NEGATIVE_INFINITY;
  private newest = 0;
  private outdatedSince = 0;

  constructor(
    private readonly own: number | undefined,
    private readonly ask: () => Promise<number | undefined>,
    private readonly log: Log,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** How long it is to leave new calls alone; 0: it may begin one. Nobody asks while there is none. */
  async asideMs(): Promise<number> {
    if (this.own === undefined) return 0;
    if (this.now() - this.askedAt > FRESH_MS) await this.look(this.own);
    if (this.newest <= this.own) return 0;
    const inCycleMs = (this.now() - this.outdatedSince) % (ASIDE_MS + NEEDED_MS);
    return Math.max(0, ASIDE_MS - inCycleMs);
  }

  private async look(own: number): Promise<void> {
    this.askedAt = this.now();
    // A registry that does not answer is no reason to leave calls undone.
    const newest = (await this.ask().catch(() => undefined)) ?? this.newest;
    if (newest > own && newest !== this.newest) {
      this.outdatedSince = this.now();
      this.log.info("task_outdated", { revision: own, newest });
    }
    this.newest = newest;
  }
}
