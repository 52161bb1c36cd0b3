import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue";
import { App, Aspects, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { FastApiEndpoint, Platform } from "slipway";
import { CompanyRules } from "./company-rules";

/** What the platform's stack put out: plain values, so that neither plan needs the other's state. */
const { platform: shared } = JSON.parse(readFileSync(join(__dirname, "platform.json"), "utf8"));

/** The orders team's endpoints and their queue, on the platform that others own. */
class OrdersStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.tfstate" });
    new AwsProvider(this, "aws", { region: "us-east-1" });
    Aspects.of(this).add(new CompanyRules(shared.teamBoundaryArn, { team: "orders", "cost-center": "4711" }));

    // A band belongs to one stack only: the platform team hands them out.
    const platform = Platform.fromAttributes(this, "platform", { ...shared.platform.attributes, priorityBand: 1 });
    const orders = new SqsQueue(this, "orders", { namePrefix: "orders-", sqsManagedSseEnabled: true });

    const python = { platform, app: "orders", source: __dirname };
    // It only multiplies, so one container takes many at once.
    new FastApiEndpoint(this, "quote", { ...python, handler: "app:quote", spot: true, concurrency: { maxInputs: 20 } });
    const place = new FastApiEndpoint(this, "place", {
      ...python,
      handler: "app:place",
      method: "POST",
      requiresProxyAuth: true,
      env: { ORDERS_QUEUE_URL: orders.url },
      secrets: { SIGNING_KEY: shared.signingKeyArn },
    });
    new IamRolePolicy(this, "place-sends-orders", {
      role: place.resources.taskRole.name,
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: "sqs:SendMessage", Resource: orders.arn }],
      }),
    });
  }
}

const app = new App();
new OrdersStack(app, "orders");
app.synth();
