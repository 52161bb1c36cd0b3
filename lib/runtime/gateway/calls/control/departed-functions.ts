import type { FunctionEntry } from "../../../../calls";
import type { FunctionMemory, RememberedFunction } from "../../../../calls/aws";

const EVERY_MS = 3_600_000;
const ASK_MS = 10_000;

/** Functions that are deployed no more, and may have left open calls. */
export class DepartedFunctions {
  private readonly rememberedAt = new Map<string, number>();
  private remembered: readonly RememberedFunction[] = [];
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly memory: FunctionMemory) {}

  /** Those that are not among the functions of today, which are remembered for the day when they are gone. */
  async besides(today: readonly FunctionEntry[], now: number): Promise<readonly RememberedFunction[]> {
    const isOld = (at = Number.NEGATIVE_INFINITY) => performance.now() - at >= EVERY_MS;
    const due = today.filter(({ tag }) => isOld(this.rememberedAt.get(tag)));
    for (const entry of due) {
      const { tag, queueMs, deadlineMs } = entry;
      // The calls of until the next time have their time, too.
      const expiresAt = now + EVERY_MS + Math.max(queueMs, deadlineMs) + 24 * 3_600_000;
      await this.memory.remember(entry, expiresAt, AbortSignal.timeout(ASK_MS));
      this.rememberedAt.set(tag, performance.now());
    }
    if (due.length > 0 || isOld(this.readAt)) {
      this.remembered = await this.memory.list();
      this.readAt = performance.now();
    }
    const present = new Set(today.map(({ tag }) => tag));
    return this.remembered.filter(({ tag }) => !present.has(tag));
  }
}
