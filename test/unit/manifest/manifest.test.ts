import fc from "fast-check";
import { buildManifest, type ManifestInput, manifestSchema } from "../../../lib/manifest";
import { parseFastApiEndpoint, parseSpawnFunction } from "../../../lib/spec";
import { entryOf, functionTask, webTask } from "../../../lib/task";

const TOKEN = "${TfToken[TOKEN.7]}";

function declared(name: string, props: object = {}): ManifestInput["endpoints"][number] {
  const given = {
    app: "hello",
    handler: "app:hello",
    image: "registry.acme.com/hello:1",
    source: "/secret/path",
    ...props,
  };
  const { spec } = parseFastApiEndpoint(given, name, `stack/${name}`, {});
  const platform = {
    workspace: "acme",
    region: "us-east-1",
    gatewayImage: "registry.acme.com/gateway:1",
    library: "0.1.0",
    idleTimeout: 300,
  };
  return {
    path: `stack/${name}`,
    spec,
    task: webTask(spec, platform, "/slipway/hello"),
    url: null,
    service: "hello-0123abcd",
    source: "../../..",
  };
}

function manifest(functions: ManifestInput["endpoints"], routes: ManifestInput["routes"] = []) {
  const platform = {
    workspace: "acme",
    environment: null,
    region: "us-east-1",
    domain: null,
    cluster: "acme-0123abcd",
    tokensTable: "acme-tokens-0123abcd",
  };
  return buildManifest({
    stack: "stack",
    platform,
    endpoints: functions,
    functions: [],
    routes,
    images: [],
    queues: [],
    calls: undefined,
  });
}

test("a manifest is what its schema says, before and after a trip through JSON", () => {
  const built = manifest(
    [declared("greet", { env: { A: "b" }, alarms: { errorRate: 1 } }), declared("process")],
    [{ priority: 3, hosts: [], paths: ["/hello-greet"], target: "hello/greet" }],
  );
  expect(manifestSchema.parse(built)).toEqual(built);
  expect(manifestSchema.parse(JSON.parse(JSON.stringify(built)))).toEqual(built);
});

test("a function has its identity, address, task and gateway, and its spec without what these say", () => {
  const [greet] = manifest([declared("greet")]).functions;
  expect(greet).toMatchObject({
    app: "hello",
    name: "greet",
    path: "stack/greet",
    kind: "fastapi",
    label: "hello-greet",
    urls: [null],
    service: "hello-0123abcd",
    source: "../../..",
    task: { cpu: 512, memoryMiB: 2048 },
    gateway: { version: 1, app: "hello", function: "greet" },
  });
  expect(greet!.task.containers.map(({ name }) => name)).toEqual(["app", "gateway"]);
  for (const said of ["app", "name", "kind", "label", "source"]) expect(greet!.spec).not.toHaveProperty(said);
});

test("the folder of the code is the relative one: no path of the machine that synthesized", () => {
  expect(JSON.stringify(manifest([declared("greet")]))).not.toContain("/secret/path");
});

test("the order of declaration changes nothing", () => {
  const names = ["b", "a", "c", "a-b", "z"];
  const routes = names.map((name, i) => ({
    priority: 100 - i,
    hosts: [],
    paths: [`/${name}`],
    target: `hello/${name}`,
  }));
  const functions = names.map((name) => declared(name));
  const expected = JSON.stringify(manifest(functions, routes));
  fc.assert(
    fc.property(
      fc.shuffledSubarray(functions, { minLength: 5 }),
      fc.shuffledSubarray(routes, { minLength: 5 }),
      (some, ways) => {
        expect(JSON.stringify(manifest(some, ways))).toBe(expected);
      },
    ),
  );
});

test("routes are in the order in which the load balancer tries them", () => {
  const route = (priority: number) => ({ priority, hosts: [`${priority}.acme.com`], paths: [], target: "hello/greet" });
  expect(manifest([], [route(30), route(4), route(200)]).routes.map(({ priority }) => priority)).toEqual([4, 30, 200]);
});

test("nothing in it is known only after apply", () => {
  const secrets = { KEY: `${TOKEN}:key` };
  const built = manifest([declared("greet", { image: `${TOKEN}:1`, env: { TABLE: TOKEN, OTHER: "x" }, secrets })]);
  expect(JSON.stringify(built)).not.toContain("Token[");
  expect(built.functions[0]!.spec).toMatchObject({
    image: null,
    env: { TABLE: null, OTHER: "x" },
    secrets: { KEY: null },
  });
  expect(built.functions[0]!.task.containers[0]!.image).toBeNull();
  expect(manifestSchema.safeParse(built).success).toBe(true);
});

describe("a function that is called by way of a queue", () => {
  const fewest = { app: "jobs", handler: "app:process", image: "registry.acme.com/jobs:1", source: "/secret/path" };
  const { spec } = parseSpawnFunction(fewest, "process", "stack/process", {});
  const stores = { table: "calls", bucket: "payloads", registry: "registry", retentionS: 604_800 };
  const urls = {
    queueUrl: "https://sqs.us-east-1.amazonaws.com/0/q",
    dlqUrl: "https://sqs.us-east-1.amazonaws.com/0/d",
  };
  const platform = {
    workspace: "acme",
    region: "us-east-1",
    gatewayImage: "registry.acme.com/gateway:1",
    library: "0.1.0",
    idleTimeout: 300,
  };
  const built = buildManifest({
    stack: "stack",
    platform: {
      workspace: "acme",
      environment: null,
      region: "us-east-1",
      domain: null,
      cluster: null,
      tokensTable: null,
    },
    endpoints: [],
    functions: [
      {
        path: "stack/process",
        spec,
        task: functionTask(spec, platform, { stores, tag: "0123abcd", ...urls }, "/slipway/jobs"),
        service: "jobs-process",
        source: "../../..",
        entry: entryOf(spec, "0123abcd"),
      },
    ],
    routes: [],
    images: [],
    queues: [{ target: "jobs/process", name: "q", deadLetters: "d" }],
    calls: stores,
  });

  test("has no address, but a worker's configuration, its registry entry and its queues", () => {
    expect(manifestSchema.parse(JSON.parse(JSON.stringify(built)))).toEqual(built);
    expect(built.functions).toEqual([
      expect.objectContaining({
        kind: "function",
        label: null,
        urls: [],
        service: "jobs-process",
        gateway: expect.objectContaining({ worker: expect.objectContaining({ ...stores, ...urls }) }),
        entry: expect.objectContaining({ tag: "0123abcd", queueMs: 86_400_000, visibilityMs: 60_000 }),
      }),
    ]);
    expect(built.queues).toHaveLength(1);
    expect(JSON.stringify(built)).not.toContain("/secret/path");
  });

  test("and a manifest without any says nothing of calls", () => {
    const { queues, calls } = manifest([declared("greet")]);
    expect([queues, calls]).toEqual([undefined, undefined]);
    expect(Object.keys(manifest([declared("greet")]))).not.toContain("queues");
  });
});
