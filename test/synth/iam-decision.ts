import type { Config } from "./stacks";

/** What a program asks of AWS, in the words of IAM. */
export interface AwsRequest {
  readonly action: string;
  readonly resource: string;
  /** Partition keys that the request names, of DynamoDB. */
  readonly leadingKeys?: readonly string[];
}

/**
 * Whether a role's policies allow a request, by the parts of IAM that these policies use: what is not allowed is denied.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function iamAllows(statements: readonly Config[], request: AwsRequest): boolean {
  const matching = statements.filter(
    ({ Action, Resource, Condition }) =>
      some(Action, request.action) && some(Resource, request.resource) && meets(Condition, request),
  );
  return matching.some(({ Effect }) => Effect === "Allow") && matching.every(({ Effect }) => Effect === "Allow");
}

function some(patterns: string | readonly string[], text: string): boolean {
  return [patterns].flat().some((pattern) => like(pattern, text));
}

function like(pattern: string, text: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text);
}

function meets(condition: Config, { leadingKeys = [] }: AwsRequest): boolean {
  if (condition === undefined) return true;
  const [[operator, wanted], ...others] = Object.entries<Config>(condition) as [[string, Config], ...unknown[]];
  const patterns = wanted["dynamodb:LeadingKeys"];
  if (operator !== "ForAllValues:StringLike" || patterns === undefined || others.length > 0) {
    throw new Error(`nobody has taught this ${JSON.stringify(condition)}`);
  }
  return leadingKeys.every((key) => some(patterns, key));
}
