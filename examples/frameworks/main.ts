import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, LocalBackend, TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { AsgiApp, Image, Platform, WebServer, WsgiApp } from "slipway";

/** Three apps as teams have them already: FastAPI, Django and Streamlit. */
class FrameworksStack extends TerraformStack {
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

    /** What an endpoint's folder holds. */
    const code = (folder: string) => ({ platform, app: "shop", source: join(__dirname, folder) });

    new AsgiApp(this, "api", { ...code("api"), handler: "app:app" });

    new WsgiApp(this, "admin", {
      ...code("admin"),
      handler: "shop.wsgi:application",
      secrets: { DJANGO_SECRET_KEY: "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop/django-4kXvQ2" },
    });

    new WebServer(this, "board", {
      ...code("board"),
      image: Image.debianSlim()
        .pipInstallFromRequirements(join(__dirname, "board/requirements.txt"))
        .addLocalDir(join(__dirname, "board"), "/app"),
      command: [
        "sh",
        "-c",
        'exec streamlit run app.py --server.port "$PORT" --server.baseUrlPath "$SLIPWAY_BASE_PATH"',
      ],
      port: 8501,
      basePath: "keep",
      healthPath: "/_stcore/health",
      // A session, its uploads and its pictures are in the memory of one process.
      maxContainers: 1,
    });
  }
}

const app = new App();
new FrameworksStack(app, "frameworks");
app.synth();
