import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { FastApiEndpoint, Platform } from "slipway";

const REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

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
      gatewayImage: `${REGISTRY}/slipway-gateway:0.1.0`,
      protect: false,
    });

    const python = { platform, app: "hello", source: __dirname, image: `${REGISTRY}/hello:1.0.0` };
    new FastApiEndpoint(this, "greet", { ...python, handler: "app:hello" });
    new FastApiEndpoint(this, "process", { ...python, handler: "app:process", method: "POST", docs: true });
  }
}

const app = new App();
new HelloStack(app, "hello");
app.synth();
