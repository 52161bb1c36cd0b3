import { setTimeout as delay } from "node:timers/promises";
import type { FunctionEntry } from "../../../../calls";
import type { Registry } from "../../../../calls/aws";

const FRESH_MS = 60_000;
/** For functions that are not known. */
const AT_MOST_EVERY_MS = 1000;

/** Every function that can be called, as the registry has them. */
export class FunctionList {
  private entries: readonly FunctionEntry[] = [];
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;

  constructor(private readonly registry: Pick<Registry, "functions">) {}

  /** What was read before holds when the registry is away. */
  async all(): Promise<readonly FunctionEntry[]> {
    if (performance.now() - this.readAt >= FRESH_MS) {
      await this.read().catch((error) => {
        if (this.readAt === Number.NEGATIVE_INFINITY) throw error;
      });
    }
    return this.entries;
  }

  /** One that is not known may be new: it is looked for once more, though not for each who asks. */
  async byTag(tag: string): Promise<FunctionEntry | undefined> {
    const known = () => this.entries.find((one) => one.tag === tag);
    if (known() === undefined) await this.read(Math.max(0, this.readAt + AT_MOST_EVERY_MS - performance.now()));
    return known();
  }

  private read(afterMs = 0): Promise<void> {
    this.reading ??= delay(afterMs)
      .then(() => this.registry.functions())
      .then((entries) => {
        this.entries = entries;
        this.readAt = performance.now();
      })
      .finally(() => {
        this.reading = undefined;
      });
    return this.reading;
  }
}
