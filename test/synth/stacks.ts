import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
import { App, TerraformStack, Testing } from "cdktf";
import { FastApiEndpoint, type FastApiEndpointProps, type IPlatform, Platform, type PlatformProps } from "slipway";

// cdktf notes where each token was made, every frame of it, which takes most of a synthesis here and is in no output.
Error.captureStackTrace = () => undefined;

const REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/** The fewest props of each construct, less the platform of an endpoint. */
export const PLATFORM = { workspace: "acme", gatewayImage: `${REGISTRY}/gateway:1` };
export const ENDPOINT = { app: "hello", handler: "app:hello", image: `${REGISTRY}/hello:1` };
export const DOMAIN = { domain: "apps.acme.com", hostedZoneId: "Z0123456789ABC" };

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** An empty folder that is gone after the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-"));
  folders.push(folder);
  return folder;
}

let sharedOutdir: string | undefined;

/** An app whose output folder exists; only `app.synth()` writes to it. */
export function newApp(outdir?: string): App {
  sharedOutdir ??= temporaryFolder();
  return new App({ outdir: outdir ?? sharedOutdir });
}

/** A stack with a provider, as every user's has. */
export function newStack(id = "stack", app: App = newApp()): TerraformStack {
  const stack = new TerraformStack(app, id);
  new AwsProvider(stack, "aws", { region: "us-east-1" });
  return stack;
}

export function platformIn(stack: TerraformStack, props: Partial<PlatformProps> = {}): Platform {
  return new Platform(stack, "platform", { ...PLATFORM, ...props });
}

export function addEndpoint(
  stack: TerraformStack,
  platform: IPlatform,
  id = "greet",
  props: Partial<FastApiEndpointProps> = {},
): FastApiEndpoint {
  return new FastApiEndpoint(stack, id, { ...ENDPOINT, platform, ...props });
}

/** What of a resource, a data source or an output is written to `cdk.tf.json`. */
// biome-ignore lint/suspicious/noExplicitAny: Terraform's JSON, which every test looks at elsewhere
export type Config = any;

/** A stack's `cdk.tf.json`, parsed once. */
export class Synthesized {
  readonly json: Config;

  constructor(stack: TerraformStack) {
    this.json = { resource: {}, ...JSON.parse(Testing.synth(stack, true)) };
  }

  /** Every resource of a type, in the order of their logical ids. */
  all(type: string): Config[] {
    return Object.values(this.json.resource[type] ?? {});
  }

  /** The only resource of a type, or the only one whose logical id begins like this. */
  one(type: string, idStart = ""): Config {
    const ids = Object.keys(this.json.resource[type] ?? {}).filter((id) => id.startsWith(idStart));
    if (ids.length !== 1) throw new Error(`${ids.length} of ${type} ${idStart}*: ${ids.join(", ") || "none"}`);
    return this.json.resource[type][ids[0]!];
  }

  get types(): string[] {
    return Object.keys(this.json.resource);
  }
}

interface Deployment {
  readonly stack: TerraformStack;
  readonly platform: Platform;
  readonly endpoints: FastApiEndpoint[];
  readonly synthesized: Synthesized;
}

/** A stack of one platform and its endpoints, by construct id. */
export function built(
  platformProps: Partial<PlatformProps> = {},
  endpoints: Record<string, Partial<FastApiEndpointProps>> = { greet: {} },
): Omit<Deployment, "synthesized"> {
  const stack = newStack();
  const platform = platformIn(stack, platformProps);
  const added = Object.entries(endpoints).map(([id, props]) => addEndpoint(stack, platform, id, props));
  return { stack, platform, endpoints: added };
}

/** The same, synthesized. */
export function deploy(...props: Parameters<typeof built>): Deployment {
  const deployment = built(...props);
  return { ...deployment, synthesized: new Synthesized(deployment.stack) };
}

/** What Terraform makes of a value that is known late: see `jsonText`. */
const LATE = /\$\{replace\(jsonencode\(([^()]*)\), "[^"]*", ""\)\}/g;

/** The containers of a task definition as ECS reads them: Terraform's escapes undone, late values as their references. */
export function containersOf(taskDefinition: Config): Config[] {
  const json = taskDefinition.container_definitions.replace(LATE, "${$1}");
  return JSON.parse(json.replaceAll("$${", "${").replaceAll("%%{", "%{"));
}
