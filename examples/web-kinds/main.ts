import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AsgiApp, Image, Platform, WebServer, WsgiApp } from "slipway";

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
      protect: false,
    });

    /** What an endpoint's folder holds. The image of a server of one's own has no default: its base brings the language. */
    const code = (folder: string) => ({ platform, app: "web", source: join(__dirname, folder) });
    const server = (base: Image, folder: string) => ({
      ...code(folder),
      image: base.workdir("/app").addLocalDir(join(__dirname, folder), "/app"),
    });
    const node = Image.fromRegistry("public.ecr.aws/docker/library/node:22-slim");

    new AsgiApp(this, "api", { ...code("api"), handler: "app:app", healthPath: "/health" });
    new WsgiApp(this, "site", { ...code("site"), handler: "app:app" });
    new WebServer(this, "files", {
      ...server(Image.debianSlim(), "files"),
      command: ["python", "-m", "http.server", "8080"],
      port: 8080,
    });
    new WebServer(this, "node", { ...server(node, "node"), command: ["node", "server.js"], port: 3000 });
  }
}

const app = new App();
new WebKindsStack(app, "web-kinds");
app.synth();
