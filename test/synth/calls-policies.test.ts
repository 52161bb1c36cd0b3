import { createHash } from "node:crypto";
import { newCallId } from "../../lib/calls";
import { addFunction } from "./calls-stack";
import { type AwsRequest, iamAllows } from "./iam-decision";
import { addEndpoint, type Config, newStack, platformIn, Synthesized } from "./stacks";

const stack = newStack();
const platform = platformIn(stack, { environment: "prod" });
const granted = addFunction(stack, platform, "granted", { app: "jobs" });
addFunction(stack, platform, "secret", { app: "vault" });
const endpoint = addEndpoint(stack, platform, "greet");
endpoint.grantSpawn(granted);
const synthesized = new Synthesized(stack);

/** As policies name them: their names are known when Terraform has made them. */
const [table, registry] = ["platform_calls-table", "platform_registry"].map((start) => {
  const [id] = Object.keys(synthesized.json.resource.aws_dynamodb_table).filter((id) => id.startsWith(start));
  return `\${aws_dynamodb_table.${id}.name}`;
});
const tagOf = (target: string) => createHash("sha256").update(`prod/${target}`).digest("hex").slice(0, 8);

/** What a role may do, with this account's number where Terraform would put it. */
function statementsOf(construct: string): Config[] {
  const policies = Object.entries<Config>(synthesized.json.resource.aws_iam_role_policy);
  return policies
    .filter(([id]) => id.startsWith(`${construct}_`) && !id.includes("execution") && !id.includes("wake"))
    .flatMap(
      ([, { policy }]) =>
        JSON.parse(policy.replaceAll(/\$\{[^}]*account[^}]*\}/g, "1").replaceAll(/\$\{[^}]*partition[^}]*\}/g, "aws"))
          .Statement,
    );
}

/** Whatever a program of a task would have to do to spawn a call, read it or hear of its end, without its gateway. */
function spawning(target: string): AwsRequest[] {
  const tag = tagOf(target);
  const id = newCallId(tag);
  const [app, name] = target.split("/");
  const queue = synthesized.one("aws_sqs_queue", `${name}_queue`).name;
  const records = (action: string, leadingKeys: string[]) => ({
    action: `dynamodb:${action}`,
    resource: `arn:aws:dynamodb:us-east-1:1:table/${table}`,
    leadingKeys,
  });
  return [
    records("PutItem", [id]),
    records("UpdateItem", [id]),
    records("GetItem", [id]),
    records("PutItem", [`ik#${tag}#0123`]),
    {
      action: "dynamodb:GetItem",
      resource: `arn:aws:dynamodb:us-east-1:1:table/${registry}`,
      leadingKeys: [`fn#${app}`],
    },
    { action: "sqs:SendMessage", resource: `arn:aws:sqs:us-east-1:1:${queue}` },
  ];
}

describe("the layer below the gateway, IAM", () => {
  const caller = statementsOf("greet");

  test("lets an endpoint's task spawn calls of a function that it was granted", () => {
    for (const request of spawning("jobs/granted"))
      expect([request, iamAllows(caller, request)]).toEqual([request, true]);
  });

  test("refuses each step of a spawn without the grant, should code go around the gateway", () => {
    for (const request of spawning("vault/secret"))
      expect([request, iamAllows(caller, request)]).toEqual([request, false]);
  });
});
