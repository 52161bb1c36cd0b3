import { ANSWERS } from "./answers";
import { booksOf } from "./books";
import { ENDINGS } from "./endings";
import { FENCE } from "./fence";
import type { History } from "./history";
import { KEYS } from "./keys";
import { MESSAGES } from "./messages";
import { NOTHING_LOST } from "./nothing-lost";
import { ONE_RESULT } from "./one-result";
import { POISONED } from "./poison";
import type { Property } from "./property";

export const PROPERTIES: readonly Property[] = [
  ...NOTHING_LOST,
  ...ONE_RESULT,
  ...FENCE,
  ...ENDINGS,
  ...MESSAGES,
  ...POISONED,
  ...KEYS,
  ...ANSWERS,
];

export interface Finding {
  readonly property: string;
  readonly violations: number;
  /** The first few, each with the call that it is about. */
  readonly examples: readonly string[];
}

const MOST_EXAMPLES = 5;

/** Reads a history and says of every property how often it does not hold. It knows nothing of the implementation. */
export function check(history: History): Finding[] {
  const books = booksOf(history);
  return PROPERTIES.map(({ name, ofCall, ofAll }) => {
    const wrong: string[] = [];
    if (ofCall !== undefined) {
      for (const book of books.calls.values()) {
        const problem = ofCall(book, books);
        if (problem !== undefined) wrong.push(`${book.call}: ${problem}`);
      }
    }
    for (const problem of ofAll?.(books) ?? []) wrong.push(problem);
    return { property: name, violations: wrong.length, examples: wrong.slice(0, MOST_EXAMPLES) };
  });
}
