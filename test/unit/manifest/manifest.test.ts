import fc from "fast-check";
import { buildManifest, type ManifestInput, manifestSchema } from "../../../lib/manifest";
import { parseFastApiEndpoint } from "../../../lib/spec";
import { webTask } from "../../../lib/task";

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
