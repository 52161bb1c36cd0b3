import type { Statement } from "../lib/task/iam";

/** What IAM decides about: one action on one resource. */
export interface Wanted {
  /** Such as `dynamodb:GetItem`. */
  readonly action: string;
  /** ARN. */
  readonly resource: string;
  /** What conditions are about, by their keys; those that a request does not have are missing. */
  readonly context: Readonly<Record<string, readonly string[]>>;
}

/** Whether statements of the role, or of the resource about the role, allow it and none denies it. */
export function isAllowed(wanted: Wanted, statements: readonly Statement[]): boolean {
  const about = statements.filter((statement) => isAbout(statement, wanted));
  return about.some(({ Effect }) => Effect === "Allow") && !about.some(({ Effect }) => Effect === "Deny");
}

/** The same, of a request that names at most one partition key of DynamoDB. */
export function allows(
  statements: readonly Statement[],
  action: string,
  resource: string,
  leadingKey?: string,
): boolean {
  const context: Wanted["context"] = leadingKey === undefined ? {} : { "dynamodb:LeadingKeys": [leadingKey] };
  return isAllowed({ action, resource, context }, statements);
}

function isAbout({ Action, Resource = [], Condition = {} }: Statement, { action, resource, context }: Wanted): boolean {
  // Actions have no case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
  if (![Action].flat().some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase()))) return false;
  if (![Resource].flat().some((pattern) => matches(pattern, resource))) return false;
  return Object.entries(Condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, allowed]) => holds(operator, [allowed].flat(), context[key])),
  );
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
function holds(operator: string, allowed: readonly string[], values: readonly string[] | undefined): boolean {
  switch (operator) {
    case "Bool":
      return values !== undefined && allowed.includes(values[0]!);
    case "StringLike":
      return values !== undefined && allowed.some((pattern) => matches(pattern, values[0]!));
    // True of a request without any value as well.
    case "ForAllValues:StringLike":
      return (values ?? []).every((value) => allowed.some((pattern) => matches(pattern, value)));
    default:
      throw new Error(`no test knows what the condition ${operator} means`);
  }
}

function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}
