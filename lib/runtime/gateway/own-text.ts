/**
 * A text of its own. What is cut out of a header keeps the whole of that alive, 64 KiB of it: too much for what is remembered.
 * The text's characters are bytes.
 */
export function ownText(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
