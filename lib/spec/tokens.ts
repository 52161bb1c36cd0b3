/**
 * Values that an engine fills in later. Both engines mark them inside ordinary strings, lists, maps and numbers, so
 * they can be told without importing either.
 */
const STRING_MARKER = /[$#&]\{(Tf)?Token\[/;

/** Engines encode number tokens as doubles around -1e289; no prop of ours comes near. */
const LARGEST_NUMBER_TOKEN = -1e250;

/** Whether a value, or a part of a string, is known only after apply. Not recursive, but for a list's or map's own marker. */
export function isToken(value: unknown): boolean {
  if (typeof value === "string") return STRING_MARKER.test(value);
  if (typeof value === "number") return value < LARGEST_NUMBER_TOKEN;
  if (Array.isArray(value)) return value.length === 1 && typeof value[0] === "string" && value[0].startsWith("#{");
  if (typeof value === "object" && value !== null) {
    return typeof (value as { resolve?: unknown }).resolve === "function" || Object.keys(value).some(isMapMarker);
  }
  return false;
}

function isMapMarker(key: string): boolean {
  return key.startsWith("&{") && STRING_MARKER.test(key);
}

/** Plain data in which every value that is known only after apply has become null: what a manifest may hold. */
export function withoutTokens(value: unknown): unknown {
  if (isToken(value)) return null;
  if (Array.isArray(value)) return value.map(withoutTokens);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withoutTokens(inner)]));
  }
  return value;
}
