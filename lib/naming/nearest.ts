/** Longer words are no typing errors of a prop's name, and comparing them costs the product of the lengths. */
const LONGEST_WORD = 64;

/**
 * The known word that `word` was probably meant to be: the same but for capitals, dashes and underscores, else the one
 * with the fewest typing errors (a letter added, left out, changed, or two swapped), at most one in three letters.
 * Of equals the first known one.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > LONGEST_WORD) return undefined;
  const wanted = bare(word);
  let best: string | undefined;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const errors = typingErrors(wanted, bare(candidate));
    if (errors < fewest) [best, fewest] = [candidate, errors];
  }
  return best;
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[-_]/g, "");
}

/** Optimal string alignment distance: Levenshtein's with the swap of neighbours counted as one. */
function typingErrors(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(row[j - 1]! + 1, last[j]! + 1, changed);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
