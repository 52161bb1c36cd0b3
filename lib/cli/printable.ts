/** A text of somebody else's without what a terminal would obey: on one line, or on its own lines. */
export function printable(text: string, { lines = false } = {}): string {
  return text.replace(/\p{Cc}/gu, (character) =>
    lines && (character === "\n" || character === "\t") ? character : " ",
  );
}
