import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AsgiApp, Platform, WebServer, WsgiApp } from "slipway";

const REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/** One endpoint of every kind that brings its own app. */
class WebKindsStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: "terraform.tfstate" });
    new AwsProvider(this, "aws", { region: "us-east-1" });

    const platform = new Platform(this, "platform", {
      workspace: "acme",
      environment: "prod",
      domain: this.node.tryGetContext("domain"),
      hostedZoneId: this.node.tryGetContext("hostedZoneId"),
      gatewayImage: `${REGISTRY}/slipway-gateway:0.1.0`,
      protect: false,
    });

    /** What an endpoint's folder holds, and the image that was built from it. */
    const code = (folder: string) => ({
      platform,
      app: "web",
      source: join(__dirname, folder),
      image: `${REGISTRY}/web-${folder}:1.0.0`,
    });
    new AsgiApp(this, "api", { ...code("api"), handler: "app:app", healthPath: "/health" });
    new WsgiApp(this, "site", { ...code("site"), handler: "app:app" });
    new WebServer(this, "files", { ...code("files"), command: ["python", "-m", "http.server", "8080"], port: 8080 });
    new WebServer(this, "node", { ...code("node"), command: ["node", "server.js"], port: 3000 });
  }
}

const app = new App();
new WebKindsStack(app, "web-kinds");
app.synth();
