import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { TerraformDataSource, TerraformOutput, TerraformResource, type TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { Network, Platform } from "slipway";
import { PLATFORM_RESOURCES } from "../../constructs/cdktf/platform/resources";
import { WEB_RESOURCES } from "../../constructs/cdktf/web/resources";
import { kebabCase } from "../../lib/naming";
import { copyExample, synthesizeIn } from "./example";
import { expectGolden } from "./golden";
import { addEndpoint, DOMAIN, newStack, PLATFORM, temporaryFolder } from "./stacks";

const ROOT = join(__dirname, "../..");

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
    const written = [here, there, inDomain].flatMap((files) => Object.values(files)).join("\n");
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
    addEndpoint(main, platform, "greet", { exec: true, alarms: { latencyP95: 1 } });
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
    ];
    expect(expected.filter((path) => !ids.has(path))).toEqual([]);
  });
});
