import { Random } from "../../random";

/**
 * Draws from a deck of cards, and shuffles a new one when it is empty: each kind comes just as often as it is in the deck, and
 * not only by chance.
 */
export class Deck<Card> {
  private left: Card[] = [];

  constructor(
    private readonly cards: readonly Card[],
    private readonly random: Random,
  ) {}

  draw(): Card {
    if (this.left.length === 0) this.left = shuffled(this.cards, this.random);
    return this.left.pop()!;
  }
}

/** So many of each card, and blanks up to a whole deck. */
export function cards<Card extends string>(size: number, counts: Readonly<Record<Card, number>>): (Card | undefined)[] {
  const all = Object.entries<number>(counts).flatMap(([card, count]) => Array<Card>(count).fill(card as Card));
  return [...all, ...Array<undefined>(size - all.length).fill(undefined)];
}

function shuffled<Card>(cards: readonly Card[], random: Random): Card[] {
  const list = [...cards];
  for (let i = list.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

/** The same numbers for the same seed and name, whatever else the run draws. */
export function streamOf(seed: number, name: string): Random {
  let hash = seed >>> 0;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0;
  return new Random(hash);
}
