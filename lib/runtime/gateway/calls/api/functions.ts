import { type FunctionEntry, readFunctionEntry } from "../../../../calls";
import type { Attributes } from "../../../../calls/attributes";
import type { Registry } from "../../../../calls/aws";
import { persistently } from "../persistently";

/** A deploy that changes a function's limits is known everywhere after this. */
const FRESH_MS = 60_000;
/** What has just been deployed is found soon. */
const ABSENT_MS = 2000;
/** When the registry is away, what it said before holds so long. */
const STALE_MS = 15 * 60_000;

interface Known {
  readonly item: Attributes | undefined;
  readonly at: number;
}

/** Functions and endpoints by their names, as the registry has them. */
export class Functions {
  private readonly known = new Map<string, Known>();
  private readonly asked = new Map<string, Promise<Known>>();

  constructor(private readonly registry: Registry) {}

  async entry(app: string, name: string, until: number): Promise<FunctionEntry | undefined> {
    const item = await this.item(app, name, until);
    return item && readFunctionEntry(item);
  }

  async item(app: string, name: string, until: number): Promise<Attributes | undefined> {
    const key = JSON.stringify([app, name]);
    const known = this.known.get(key);
    const age = known === undefined ? Number.POSITIVE_INFINITY : performance.now() - known.at;
    if (age < (known?.item === undefined ? ABSENT_MS : FRESH_MS)) return known!.item;
    try {
      return (await this.ask(key, app, name, until)).item;
    } catch (error) {
      if (known?.item !== undefined && age < STALE_MS) return known.item;
      throw error;
    }
  }

  private ask(key: string, app: string, name: string, until: number): Promise<Known> {
    const underWay = this.asked.get(key);
    if (underWay) return underWay;
    const asked = persistently({ what: "read the registry", until }, (signal) => this.registry.item(app, name, signal))
      .then((item) => {
        const known = { item, at: performance.now() };
        this.remember(key, known);
        return known;
      })
      .finally(() => this.asked.delete(key));
    this.asked.set(key, asked);
    return asked;
  }

  private remember(key: string, known: Known): void {
    this.known.delete(key);
    this.known.set(key, known);
    if (this.known.size > MOST_KNOWN) this.known.delete(this.known.keys().next().value!);
  }
}

/** Names come from clients. */
const MOST_KNOWN = 1000;
