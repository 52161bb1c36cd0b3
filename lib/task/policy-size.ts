import { policyDocument, type Statement } from "./iam";

/** Characters of all inline policies of a role together, blanks not counted. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const ROLE_POLICY_CHARACTERS = 10_240;

/** What these policies, each a document of its own, take of it. */
export function policyCharacters(policies: ReadonlyArray<readonly Statement[]>): number {
  return policies.reduce((sum, statements) => sum + policyDocument(statements).replace(/\s/g, "").length, 0);
}
