import { readdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { TerraformDataSource, TerraformOutput, TerraformResource, type TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { Network, Platform } from "slipway";
import { FUNCTION_RESOURCES } from "../../constructs/cdktf/function/resources";
import { PLATFORM_RESOURCES } from "../../constructs/cdktf/platform/resources";
import { WEB_RESOURCES } from "../../constructs/cdktf/web/resources";
import { kebabCase } from "../../lib/naming";
import { addFunction } from "./calls-stack";
import { copyExample, synthesizeIn } from "./example";
import { expectGolden } from "./golden";
import { addEndpoint, DOMAIN, newStack, PLATFORM, temporaryFolder } from "./stacks";

const ROOT = join(__dirname, "../..");

/** The other examples, by the folder of their app, which is also the one under `golden/`; a `plan` is frozen whole. */
const EXAMPLES: ReadonlyArray<{ readonly app: string; readonly context?: object; readonly plan?: true }> = [
  { app: "web-kinds", context: DOMAIN, plan: true },
  { app: "frameworks" },
  { app: "job-queue" },
  { app: "company-stack/platform", context: DOMAIN },
  { app: "company-stack/orders" },
];

/** Terraform's addresses in a stack, which are what its state remembers, by construct path. */
function addressesIn(terraform: string): string {
  const { resource, data, output } = JSON.parse(terraform);
  const blocks = Object.entries({ ...resource, ...prefixed("data.", data) }) as [string, object][];
  const lines = blocks.flatMap(([type, named]) =>
    Object.entries(named).map(([id, { "//": about }]) => `${about.metadata.path}  ${type}.${id}`),
  );
  return [...lines, ...Object.keys(output ?? {}).map((id) => `output.${id}`)]
    .sort()
    .map((line) => `${line}\n`)
    .join("");
}

function prefixed(prefix: string, types: object = {}) {
  return Object.fromEntries(Object.entries(types).map(([type, named]) => [`${prefix}${type}`, named]));
}

describe("examples", () => {
  test.each(EXAMPLES)(
    "$app deploys what is committed",
    async ({ app, context, plan }) => {
      const files = await synthesizeIn(copyExample(app), { context });
      const stack = `stacks/${basename(app)}`;
      const terraform = files[`${stack}/cdk.tf.json`]!;
      expectGolden(`${app}/logical-ids.txt`, addressesIn(terraform));
      if (!plan) return;
      expectGolden(`${app}/cdk.tf.json`, terraform);
      expectGolden(`${app}/slipway.json`, files[`${stack}/slipway.json`]!);
    },
    60_000,
  );

  test("are all frozen", () => {
    const files = readdirSync(join(ROOT, "examples"), { recursive: true, encoding: "utf8" });
    const apps = files.filter((file) => basename(file) === "cdktf.json" && !file.includes("node_modules")).map(dirname);
    expect(apps.sort()).toEqual(["hello", ...EXAMPLES.map(({ app }) => app)].sort());
  });
});

describe("examples/hello", () => {
  const clones = [
    copyExample("hello"),
    copyExample("hello", join(temporaryFolder(), "a/much/longer/path to/it")),
  ] as const;
  let here: Record<string, string>;
  let there: Record<string, string>;
  let inDomain: Record<string, string>;

  beforeAll(async () => {
    // Two runs may share nothing but the sources: not the folder, the time zone, the language, or the moment.
    [here, there] = await Promise.all([
      synthesizeIn(clones[0], { env: { TZ: "UTC", LANG: "C" } }),
      synthesizeIn(clones[1], { env: { TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8", USER: "someone" } }),
    ]);
    inDomain = await synthesizeIn(clones[0], { context: DOMAIN });
  }, 60_000);

  test("in path mode deploys what is committed", () => {
    expectGolden("hello-path/cdk.tf.json", here["stacks/hello/cdk.tf.json"]!);
    expectGolden("hello-path/slipway.json", here["stacks/hello/slipway.json"]!);
  });

  test("in domain mode deploys what is committed", () => {
    expectGolden("hello-domain/cdk.tf.json", inDomain["stacks/hello/cdk.tf.json"]!);
    expectGolden("hello-domain/slipway.json", inDomain["stacks/hello/slipway.json"]!);
  });

  test("is the same, byte for byte, from clones in different folders", () => {
    expect(Object.keys(here)).toEqual(["manifest.json", "stacks/hello/cdk.tf.json", "stacks/hello/slipway.json"]);
    expect(there).toEqual(here);
  });

  test("names no folder of the machine in any file", () => {
    // Paths in an image are no machine's.
    const files = [here, there, inDomain].flatMap((each) => Object.values(each));
    const written = files.join("\n").replace(/"dockerfile": .*/g, "");
    for (const folder of [...clones, ROOT, tmpdir(), homedir()]) {
      if (folder !== "/") expect(written).not.toContain(`${folder}/`);
    }
  });
});

describe("construct paths and logical ids", () => {
  /** Stacks in which everything that can be made is made. */
  function everything(): TerraformStack[] {
    const main = newStack("main");
    const platform = new Platform(main, "platform", {
      ...PLATFORM,
      ...DOMAIN,
      environment: "prod",
      network: new Network(main, "network", { azs: 4, egress: "nat-per-az" }),
      allowCidrs: ["0.0.0.0/0", "10.0.0.0/8"],
      webAclArn: "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acme/0a1b",
    });
    addEndpoint(main, platform, "greet", { exec: true, requiresProxyAuth: true, alarms: { latencyP95: 1 } });
    addFunction(main, platform, "work", { exec: true });
    const closed = newStack("closed");
    new Network(closed, "network", { egress: "endpoints" });
    return [main, closed];
  }

  /** What Terraform calls it, which is what its state remembers. */
  function addressOf(node: IConstruct): string | undefined {
    if (node instanceof TerraformOutput) return `output.${node.friendlyUniqueId}`;
    if (TerraformResource.isTerraformResource(node)) return `${node.terraformResourceType}.${node.friendlyUniqueId}`;
    if (!TerraformDataSource.isTerraformDataSource(node)) return undefined;
    return `data.${node.terraformResourceType}.${node.friendlyUniqueId}`;
  }

  test("are frozen: a change here destroys and replaces what users have deployed", () => {
    const nodes = everything().flatMap((stack) => stack.node.findAll());
    const lines = nodes.flatMap((node) => (addressOf(node) ? [`${node.node.path}  ${addressOf(node)}`] : []));
    expectGolden("logical-ids.txt", `${lines.sort().join("\n")}\n`);
  });

  test("are known of every resource that a construct can make", () => {
    const ids = new Set(everything().flatMap((stack) => stack.node.findAll().map(({ node }) => node.path)));
    const expected = [
      ...Object.keys(PLATFORM_RESOURCES).map((name) => `main/platform/${kebabCase(name)}`),
      ...Object.keys(WEB_RESOURCES).map((name) => `main/greet/${kebabCase(name)}`),
      ...Object.keys(FUNCTION_RESOURCES).map((name) => `main/work/${kebabCase(name)}`),
    ];
    expect(expected.filter((path) => !ids.has(path))).toEqual([]);
  });
});
