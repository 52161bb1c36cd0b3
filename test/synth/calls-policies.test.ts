import { createHash } from "node:crypto";
import { newCallId } from "../../lib/calls";
import { allows } from "../iam-decision";
import { addFunction } from "./calls-stack";
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
function spawning(target: string): Array<[action: string, resource: string, leadingKey?: string]> {
  const tag = tagOf(target);
  const id = newCallId(tag);
  const [app, name] = target.split("/");
  const records = `arn:aws:dynamodb:us-east-1:1:table/${table}`;
  return [
    ["dynamodb:PutItem", records, id],
    ["dynamodb:UpdateItem", records, id],
    ["dynamodb:GetItem", records, id],
    ["dynamodb:PutItem", records, `ik#${tag}#0123`],
    ["dynamodb:GetItem", `arn:aws:dynamodb:us-east-1:1:table/${registry}`, `fn#${app}`],
    ["sqs:SendMessage", `arn:aws:sqs:us-east-1:1:${synthesized.one("aws_sqs_queue", `${name}_queue`).name}`],
  ];
}

describe("the layer below the gateway, IAM", () => {
  const caller = statementsOf("greet");
  const allowed = (target: string) => spawning(target).filter((step) => allows(caller, ...step));

  test("lets an endpoint's task spawn calls of a function that it was granted", () => {
    expect(allowed("jobs/granted")).toHaveLength(6);
  });

  test("refuses each step of a spawn without the grant, should code go around the gateway", () => {
    expect(allowed("vault/secret")).toEqual([]);
  });
});
