/** Stands where nothing of a text can be written in [a-z0-9-]. */
const NOTHING_LEFT = "x";

/**
 * A text as [a-z0-9-]: lower case, accents dropped, everything else one dash, cut to `maxLength`. Never empty, never a
 * dash at either end, never two in a row.
 */
export function slug(text: string, maxLength: number): string {
  if (maxLength < 1) throw new RangeError(`a slug needs room for at least 1 character, not ${maxLength}`);
  return cutAtWord(plainWords(text), maxLength) || NOTHING_LEFT;
}

/** The text's words in [a-z0-9], joined by single dashes; empty when it has none. */
export function plainWords(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** The first `maxLength` characters, without a dash left hanging at the cut. */
export function cutAtWord(text: string, maxLength: number): string {
  let end = Math.min(text.length, maxLength);
  while (end > 0 && text[end - 1] === "-") end -= 1;
  return text.slice(0, end);
}
