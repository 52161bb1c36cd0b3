import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AsgiApp, Platform, SpawnFunction } from "slipway";

/** An API that accepts jobs at once, and functions that work on them for as long as they take. */
class JobQueueStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.tfstate" });
    new AwsProvider(this, "aws", { region: "us-east-1" });

    const platform = new Platform(this, "platform", {
      workspace: "acme",
      environment: "prod",
      domain: this.node.tryGetContext("domain"),
      hostedZoneId: this.node.tryGetContext("hostedZoneId"),
      protect: false,
    });

    // Endpoints may spawn the functions of their own app; for another app's there is grantSpawn.
    const python = { platform, app: "job-queue", source: __dirname };
    new AsgiApp(this, "api", { ...python, handler: "app:web_app", healthPath: "/health" });
    new SpawnFunction(this, "long-task", { ...python, handler: "tasks:long_task", timeout: "1h" });
    new SpawnFunction(this, "flaky-task", {
      ...python,
      handler: "tasks:flaky_task",
      retries: { maxRetries: 3, initialDelay: "1s", backoffCoefficient: 2 },
    });
  }
}

const app = new App();
new JobQueueStack(app, "job-queue");
app.synth();
