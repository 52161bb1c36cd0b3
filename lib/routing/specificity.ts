import type { RuleConditions } from "./rule";

/**
 * How narrow a rule is, narrowest first. A narrower rule is always tried before a wider one, so a catch-all can never
 * hide an endpoint.
 */
export const BANDS = ["host-path", "host-prefix", "host", "prefix", "wildcard-host", "catch-all"] as const;
export type Band = (typeof BANDS)[number];

/**
 * The band of a rule, by the widest of its values. "prefix" is any path without an exact host: path mode's
 * `/label` and `/label/*` are one rule in it.
 */
export function bandOf({ hosts, paths }: RuleConditions): Band {
  const host = widthOf(hosts, (value) => value === "*");
  const path = widthOf(paths, (value) => value === "*" || value === "/*");
  if (host === "exact") return path === "exact" ? "host-path" : path === "pattern" ? "host-prefix" : "host";
  if (path !== "any") return "prefix";
  return host === "pattern" ? "wildcard-host" : "catch-all";
}

function widthOf(values: readonly string[], isAny: (value: string) => boolean): "exact" | "pattern" | "any" {
  if (values.length === 0 || values.some(isAny)) return "any";
  return values.some((value) => /[*?]/.test(value)) ? "pattern" : "exact";
}
