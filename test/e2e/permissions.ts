import type { Statement } from "../../lib/task/iam";
import { awsCall } from "./aws-api";
import { isAllowed } from "./iam-decision";
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
  const refused = asked.flatMap((one) =>
    wantedBy(one)
      .filter((wanted) => !isAllowed(wanted, permissions.get(one.by)!))
      .map(({ action, resource, context }) => {
        const keys = context["dynamodb:LeadingKeys"] ?? [];
        return [`${one.by}: ${action}`, resource, ...keys].join(" ");
      }),
  );
  return [...new Set(refused)].sort();
}

/** The same without the statements of one id. */
export function without(sid: string, permissions: Permissions): Permissions {
  return new Map([...permissions].map(([target, all]) => [target, all.filter(({ Sid }) => Sid !== sid)]));
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
