import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { FastApiEndpoint, Platform } from "slipway";

class HelloStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.tfstate" });
    new AwsProvider(this, "aws", { region: "us-east-1" });

    // With a domain, endpoints are https://acme-prod--<label>.<domain>; without, http://<load balancer>/<label>/.
    const platform = new Platform(this, "platform", {
      workspace: "acme",
      environment: "prod",
      domain: this.node.tryGetContext("domain"),
      hostedZoneId: this.node.tryGetContext("hostedZoneId"),
      protect: false,
    });

    const python = { platform, app: "hello", source: __dirname };
    new FastApiEndpoint(this, "greet", { ...python, handler: "app:hello" });
    new FastApiEndpoint(this, "process", { ...python, handler: "app:process", method: "POST", docs: true });
  }
}

const app = new App();
new HelloStack(app, "hello");
app.synth();
