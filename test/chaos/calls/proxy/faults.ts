import { cards, Deck, streamOf } from "./deck";

/** What befalls a request on its way. */
export type Fault =
  /** The service has failed and says so. */
  | "error"
  | "throttle"
  /** It is carried out, and nobody hears the answer. */
  | "lost-answer"
  /** The connection breaks before it arrives. */
  | "broken"
  | "delay";

/** What befalls a message. */
export type Mishap = "sent-twice" | "received-again" | "delayed" | "cut-off";

const FAULTS = cards<Fault>(40, { error: 2, throttle: 2, "lost-answer": 1, broken: 1, delay: 2 });

/** Of so many messages it befalls one. */
const ONE_IN: Readonly<Record<Mishap, number>> = { "sent-twice": 12, "received-again": 12, delayed: 12, "cut-off": 40 };

/** What a run must have of a mishap at least, in per cent of the messages: not much less than what is drawn. */
export function leastPercent(mishap: Mishap): number {
  return 60 / ONE_IN[mishap];
}

/** Decides by a seed what goes wrong, and counts it. */
export class Faults {
  isOn = false;
  /** Requests by operation; what went wrong by operation and kind. */
  readonly requests = new Map<string, number>();
  readonly counts = new Map<string, Map<string, number>>();
  readonly mishaps = new Map<Mishap, { hits: number; of: number }>();
  private readonly decks = new Map<string, Deck<unknown>>();

  constructor(readonly seed: number) {}

  /** Of one request. */
  next(operation: string): Fault | undefined {
    if (!this.isOn) return undefined;
    this.requests.set(operation, (this.requests.get(operation) ?? 0) + 1);
    const fault = this.deck(operation, FAULTS).draw();
    if (fault !== undefined) {
      const kinds = this.counts.get(operation) ?? new Map<string, number>();
      this.counts.set(operation, kinds.set(fault, (kinds.get(fault) ?? 0) + 1));
    }
    return fault;
  }

  /** Of one message. */
  happens(mishap: Mishap): boolean {
    if (!this.isOn) return false;
    const count = this.mishaps.get(mishap) ?? { hits: 0, of: 0 };
    this.mishaps.set(mishap, count);
    count.of++;
    const isHit = this.deck(mishap, cards(ONE_IN[mishap], { hit: 1 })).draw() !== undefined;
    if (isHit) count.hits++;
    return isHit;
  }

  between(operation: string, least: number, most: number): number {
    return streamOf(this.seed + (this.requests.get(operation) ?? 0), operation).between(least, most);
  }

  private deck<Card>(name: string, all: readonly Card[]): Deck<Card> {
    let deck = this.decks.get(name) as Deck<Card> | undefined;
    if (deck === undefined) {
      deck = new Deck(all, streamOf(this.seed, name));
      this.decks.set(name, deck);
    }
    return deck;
  }
}
