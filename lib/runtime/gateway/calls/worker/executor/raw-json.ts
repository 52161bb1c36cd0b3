/**
 * The text of a member of a JSON object, just as it is written; undefined when there is none. Of several of one name the last
 * counts, as for every parser.
 * @param text valid JSON
 */
export function rawMember(text: string, name: string): string | undefined {
  let found: string | undefined;
  let at = skipSpace(text, 0);
  if (text[at] !== "{") return undefined;
  at = skipSpace(text, at + 1);
  while (text[at] === '"') {
    const keyEnd = stringEnd(text, at);
    const key = JSON.parse(text.slice(at, keyEnd)) as string;
    // Over the colon.
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = valueEnd(text, start);
    if (key === name) found = text.slice(start, end);
    at = skipSpace(text, end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return found;
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (text[next] === " " || text[next] === "\n" || text[next] === "\r" || text[next] === "\t") next++;
  return next;
}

/** Behind the closing quote of the string that begins here. */
function stringEnd(text: string, at: number): number {
  let next = at + 1;
  while (text[next] !== '"') next += text[next] === "\\" ? 2 : 1;
  return next + 1;
}

/** Behind the value that begins here. */
function valueEnd(text: string, at: number): number {
  let depth = 0;
  let next = at;
  while (next < text.length) {
    const character = text[next]!;
    if (character === '"') {
      next = stringEnd(text, next);
      if (depth === 0) return next;
      continue;
    }
    if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      if (depth === 0) return next;
      depth--;
      if (depth === 0) return next + 1;
    } else if (depth === 0 && (character === "," || /\s/.test(character))) return next;
    next++;
  }
  return next;
}
