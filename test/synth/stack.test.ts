import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Platform } from "slipway";
import { manifestSchema } from "../../lib/manifest";
import { priorityRange } from "../../lib/routing";
import { importPlatform } from "./imported-platform";
import {
  addEndpoint,
  type Config,
  DOMAIN,
  deploy,
  newApp,
  newStack,
  PLATFORM,
  Synthesized,
  temporaryFolder,
} from "./stacks";

/** Every file of a real synthesis, by its path. */
function files(endpoints: readonly string[], platformProps: object = DOMAIN): Record<string, string> {
  const outdir = join(temporaryFolder(), "out");
  mkdirSync(outdir);
  const app = newApp(outdir);
  const stack = newStack("stack", app);
  const platform = new Platform(stack, "platform", { ...PLATFORM, ...platformProps });
  for (const id of endpoints) addEndpoint(stack, platform, id);
  app.synth();
  const paths = readdirSync(outdir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    paths.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [path.slice(outdir.length + 1), readFileSync(path, "utf8")];
    }),
  );
}

test("an endpoint that is added changes nothing of what exists, but for its app's dashboard", () => {
  const before = deploy(DOMAIN, { one: {}, two: { app: "other" } }).synthesized.json.resource;
  const after = deploy(DOMAIN, { one: {}, new: {}, two: { app: "other" } }).synthesized.json.resource;
  const changed = Object.entries<Config>(before).flatMap(([type, all]) =>
    Object.keys(all).filter((id) => JSON.stringify(after[type][id]) !== JSON.stringify(all[id])),
  );
  expect(changed).toEqual([expect.stringMatching(/^platform_dashboard-hello_/)]);
});

test("the order of declaration changes no byte of Terraform's JSON, of the manifest or of what the synth prints", () => {
  const ids = ["a", "b", "c", "d"];
  const expected = files(ids);
  expect(Object.keys(expected).sort()).toEqual([
    "manifest.json",
    "stacks/stack/cdk.tf.json",
    "stacks/stack/slipway.json",
  ]);
  fc.assert(
    fc.property(fc.shuffledSubarray(ids, { minLength: 4 }), (shuffled) => {
      expect(files(shuffled)).toEqual(expected);
    }),
    { numRuns: 4 },
  );
});

test("warnings keep the order of declaration: cdktf lists them as the tree is", () => {
  const annotations = (endpoints: string[]) =>
    JSON.parse(files(endpoints, {})["manifest.json"]!).stacks.stack.annotations.map((one: Config) => [
      one.constructPath,
      one.level,
    ]);
  expect(annotations(["greet"])).toEqual([
    ["stack", "@cdktf/info"],
    ["stack/platform", "@cdktf/warn"],
  ]);
});

test("the manifest is beside Terraform's JSON, and tells what that deploys", () => {
  const written = files(["greet"]);
  const manifest = manifestSchema.parse(JSON.parse(written["stacks/stack/slipway.json"]!));
  const terraform = JSON.parse(written["stacks/stack/cdk.tf.json"]!);
  const [rule] = Object.values<Config>(terraform.resource.aws_lb_listener_rule);
  expect(manifest.routes).toEqual([
    { priority: rule.priority, hosts: rule.condition[0].host_header.values, paths: [], target: "hello/greet" },
  ]);
  const [task] = Object.values<Config>(terraform.resource.aws_ecs_task_definition);
  expect(JSON.parse(task.container_definitions)).toEqual(manifest.functions[0]!.task.containers);
  expect(manifest.platform).toEqual({
    workspace: "acme",
    environment: null,
    region: "us-east-1",
    domain: "apps.acme.com",
    cluster: Object.values<Config>(terraform.resource.aws_ecs_cluster)[0]!.name,
    tokensTable: Object.values<Config>(terraform.resource.aws_dynamodb_table)[1]!.name,
  });
  expect(manifest.functions[0]!.service).toBe(Object.values<Config>(terraform.resource.aws_ecs_service)[0]!.name);
});

test("the summary counts what Terraform will manage, and no data source", () => {
  const written = files(["greet", "process"]);
  const { resource } = JSON.parse(written["stacks/stack/cdk.tf.json"]!);
  const count = Object.values<object>(resource).reduce((sum, all) => sum + Object.keys(all).length, 0);
  expect(written["manifest.json"]).toContain(`Slipway: 2 functions, ${count} resources`);
});

test("the summary has what the gateways' own metrics cost", () => {
  expect(files(["greet", "process"])["manifest.json"]).toMatch(/ {2}6 metrics +\$1\.80\/month/);
});

test("apps have a dashboard each, the functions of one app share it", () => {
  const { synthesized } = deploy(DOMAIN, { one: {}, two: {}, three: { app: "other" } });
  const dashboards = synthesized.all("aws_cloudwatch_dashboard");
  const titles = dashboards.map(({ dashboard_body }) =>
    JSON.parse(dashboard_body)
      .widgets.filter(({ x }: Config) => x === 0)
      .map(({ properties }: Config) => properties.title),
  );
  expect(titles).toEqual([
    ["one: requests, 5xx, rejected", "two: requests, 5xx, rejected"],
    ["three: requests, 5xx, rejected"],
  ]);
  expect(new Set(dashboards.map(({ dashboard_name }) => dashboard_name)).size).toBe(2);
});

test("two stacks that share an app do not overwrite each other's dashboard", () => {
  const names = ["blue", "green"].map((id) => {
    const stack = newStack(id);
    addEndpoint(stack, new Platform(stack, "platform", PLATFORM));
    return new Synthesized(stack).one("aws_cloudwatch_dashboard").dashboard_name;
  });
  expect(names[0]).not.toBe(names[1]);
});

test("a stack that moves its endpoint into another construct renames nothing in AWS", () => {
  const names = (id: string) => {
    const { synthesized } = deploy(DOMAIN, { [id]: { name: "greet" } });
    return ["aws_ecs_service", "aws_lb_target_group"].map((type) => synthesized.one(type).name);
  };
  expect(names("Anything")).toEqual(names("Else"));
});

test("from 80 endpoints on the synth warns, above 100 rules it refuses", () => {
  const app = newApp(temporaryFolder());
  const stack = newStack("stack", app);
  const platform = importPlatform(stack, { observability: "minimal" });
  const add = (first: number, last: number) => {
    for (let i = first; i <= last; i += 1) {
      addEndpoint(stack, platform, `e${i}`, { maxContainers: 1, rulePriority: priorityRange("host", 7).first + i });
    }
  };
  add(1, 80);
  app.synth();
  expect(JSON.stringify(stack.node.metadata)).toContain(
    "80 of 100 listener rules on one load balancer: beyond 100 a second Platform is needed",
  );
  add(81, 101);
  expect(() => app.synth()).toThrow(
    "stack: rules 101: 101 of 100 listener rules on one load balancer. Put some of the endpoints on a second Platform",
  );
});

test("Testing.synth works without the synthesis hook: no manifest, no summary, the same Terraform", () => {
  const { resource, data, output } = deploy(DOMAIN, { greet: {} }).synthesized.json;
  const written = JSON.parse(files(["greet"])["stacks/stack/cdk.tf.json"]!, (key, value) =>
    key === "//" ? undefined : value,
  );
  expect(written).toMatchObject({ resource, data, output });
});
