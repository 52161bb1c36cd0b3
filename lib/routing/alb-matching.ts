import type { ListenerRule, RuleConditions } from "./rule";

export interface RoutedRequest {
  /** The Host header; a port is ignored. */
  readonly host: string;
  /** The path as sent, percent-encoding untouched; a query is ignored. */
  readonly path: string;
}

/**
 * The rule that ALB would take: of those whose conditions are all met, the one with the lowest priority number.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 */
export function matchRules(rules: readonly ListenerRule[], request: RoutedRequest): ListenerRule | undefined {
  const host = request.host.replace(/:\d*$/, "");
  const path = request.path.split("?", 1)[0]!;
  let taken: ListenerRule | undefined;
  for (const rule of rules) {
    if ((!taken || rule.priority < taken.priority) && meets(rule, host, path)) taken = rule;
  }
  return taken;
}

function meets({ hosts, paths }: RuleConditions, host: string, path: string): boolean {
  const hostMet =
    hosts.length === 0 || hosts.some((pattern) => matchesWildcard(pattern.toLowerCase(), host.toLowerCase()));
  return hostMet && (paths.length === 0 || paths.some((pattern) => matchesWildcard(pattern, path)));
}

/**
 * Whether all of `text` fits the pattern. On a mismatch only the last `*` takes one character more: earlier ones never
 * need to be tried again, so the cost is at most the product of the two lengths.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let starEnd = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p;
      starEnd = t;
      p += 1;
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      starEnd += 1;
      p = star + 1;
      t = starEnd;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p += 1;
  return p === pattern.length;
}
