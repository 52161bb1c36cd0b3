import type { Statement } from "../lib/task";

/** What an allow-only policy lets somebody do: enough of IAM for policies without wildcards in actions. */
export function allows(
  statements: readonly Statement[],
  action: string,
  resource: string,
  leadingKey?: string,
): boolean {
  return statements.some(({ Effect, Action, Resource = [], Condition }) => {
    if (Effect !== "Allow" || ![Action].flat().includes(action)) return false;
    if (![Resource].flat().some((pattern) => like(pattern, resource))) return false;
    const keys = Condition?.["ForAllValues:StringLike"]?.["dynamodb:LeadingKeys"];
    return keys === undefined || (leadingKey !== undefined && [keys].flat().some((key) => like(key, leadingKey)));
  });
}

function like(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(text);
}
