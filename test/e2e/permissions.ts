import type { Statement } from "../../lib/task/iam";
import { isAllowed, type Wanted } from "../iam-decision";
import { awsCall } from "./aws-api";
import type { DeployedFunction } from "./read-back";
import type { Asked } from "./recorder";
import { policiesOfRole } from "./role-policies";
import { wantedBy } from "./wanted";

/** What each task may do, by target. */
export type Permissions = ReadonlyMap<string, readonly Statement[]>;

/** The policies of the tasks' roles, and those of queues as far as they are about such a role. */
export async function readPermissions(
  endpoint: string,
  functions: readonly DeployedFunction[],
  queueUrls: readonly string[],
): Promise<Permissions> {
  const queues = (await Promise.all(queueUrls.map((url) => policyOfQueue(endpoint, url)))).flat();
  const read = functions.map(async ({ target, taskRole }) => {
    const own = await policiesOfRole(endpoint, taskRole.split("/").at(-1)!);
    return [target, [...own, ...queues.filter((statement) => isFor(taskRole, statement))]] as const;
  });
  return new Map(await Promise.all(read));
}

/** What tasks asked for and IAM would have refused: each once, as `<target>: <action> <resource> <keys>`. */
export function refusals(asked: readonly Asked[], permissions: Permissions): string[] {
  return [...wantedOf(asked)].flatMap(([target, all]) =>
    all
      .filter((wanted) => !isAllowed(wanted, permissions.get(target)!))
      .map(({ action, resource, context }) => {
        const keys = context["dynamodb:LeadingKeys"] ?? [];
        return [`${target}: ${action}`, resource, ...keys].join(" ");
      }),
  );
}

/** Statements without which nothing that was asked for would have been refused, as `<target>: <id>`. */
export function unneeded(asked: readonly Asked[], permissions: Permissions): string[] {
  const wanted = wantedOf(asked);
  return [...permissions].flatMap(([target, statements]) =>
    statements
      .filter(({ Effect }) => Effect === "Allow")
      .filter((statement) => {
        const others = statements.filter((one) => one !== statement);
        return (wanted.get(target) ?? []).every((one) => isAllowed(one, others) || !isAllowed(one, statements));
      })
      .map(({ Sid, Action }) => `${target}: ${Sid ?? Action}`),
  );
}

/** By target, each once. */
function wantedOf(asked: readonly Asked[]): Map<string, Wanted[]> {
  const found = new Map<string, Map<string, Wanted>>();
  for (const one of asked) {
    const ofTarget = found.get(one.by) ?? new Map<string, Wanted>();
    for (const wanted of wantedBy(one)) ofTarget.set(JSON.stringify(wanted), wanted);
    found.set(one.by, ofTarget);
  }
  return new Map([...found].map(([target, wanted]) => [target, [...wanted.values()]]));
}

async function policyOfQueue(endpoint: string, QueueUrl: string): Promise<Statement[]> {
  const headers = {
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "AmazonSQS.GetQueueAttributes",
  };
  const body = JSON.stringify({ QueueUrl, AttributeNames: ["Policy"] });
  const { Attributes } = JSON.parse(await awsCall(endpoint, { service: "sqs", headers, body }));
  return JSON.parse(Attributes.Policy).Statement;
}

function isFor(role: string, { Principal }: Statement): boolean {
  return Principal === "*" || [Principal?.AWS ?? []].flat().includes(role);
}
