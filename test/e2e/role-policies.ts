import type { Statement } from "../../lib/task/iam";
import { awsCall } from "./aws-api";

/** Of a role's own policies, what they say. */
export async function policiesOfRole(endpoint: string, RoleName: string): Promise<Statement[]> {
  const policies = textsOf("member", await iamCall(endpoint, { Action: "ListRolePolicies", RoleName }));
  const answers = await Promise.all(
    policies.map((PolicyName) => iamCall(endpoint, { Action: "GetRolePolicy", RoleName, PolicyName })),
  );
  return answers.flatMap((answer) => statementsIn(textsOf("PolicyDocument", answer)[0]!));
}

export function iamCall(endpoint: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const body = new URLSearchParams({ Version: "2010-05-08", ...parameters }).toString();
  return awsCall(endpoint, { service: "iam", headers, body });
}

/** IAM returns policies percent-encoded. */
export function statementsIn(document: string): Statement[] {
  return JSON.parse(decodeURIComponent(document)).Statement;
}

export function textsOf(tag: string, xml: string): string[] {
  return [...xml.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, text]) => text!);
}
