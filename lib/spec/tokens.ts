/**
 * Values that an engine fills in later. Both engines mark them inside ordinary strings, lists, maps and numbers, so
 * they can be told without importing either.
 */
const MARKER = /[$#&]\{(Tf)?Token\[/;
const LIST_OR_MAP_MARKER = /[#&]\{(Tf)?Token\[/;

/** A number's token within a text: `port-${token}` in TypeScript. */
const NUMBER_MARKER = /-8\.10956\d+e\+298/;

/** Engines encode number tokens as doubles below -1e289; no prop of ours comes near. */
const LARGEST_NUMBER_TOKEN = -1e250;

/** Whether a value, or a part of a string, is known only after apply. Not recursive, but for a list's or map's own marker. */
export function isToken(value: unknown): boolean {
  if (typeof value === "string") return MARKER.test(value) || NUMBER_MARKER.test(value);
  if (typeof value === "number") return value < LARGEST_NUMBER_TOKEN && Number.isFinite(value);
  if (Array.isArray(value)) return value.length === 1 && typeof value[0] === "string" && value[0].startsWith("#{");
  if (typeof value === "object" && value !== null) {
    return typeof (value as { resolve?: unknown }).resolve === "function" || Object.keys(value).some(isMapMarker);
  }
  return false;
}

function isMapMarker(key: string): boolean {
  return key.startsWith("&{") && MARKER.test(key);
}

/** Whether a text is known only after apply and can stand where a text is wanted: an element taken off a list's token cannot. */
export function isTextToken(value: unknown): value is string {
  return typeof value === "string" && isToken(value) && !LIST_OR_MAP_MARKER.test(value);
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
