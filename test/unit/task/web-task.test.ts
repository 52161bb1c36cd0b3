import fc from "fast-check";
import { FARGATE_SIZES } from "../../../lib/catalog";
import { type ContainerDefinition, gatewayConfigSchema, type TaskPlatform, webTask } from "../../../lib/task";
import { DOMAIN_PLATFORM, PATH_PLATFORM, webSpec } from "./web-spec";

const SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1B2c3";

function containers(props: object = {}, platform: TaskPlatform = DOMAIN_PLATFORM) {
  const task = webTask(webSpec(props), platform, "/slipway/hello");
  const [app, gateway] = task.containers as [ContainerDefinition, ContainerDefinition];
  return { app, gateway, task };
}
const variablesOf = ({ environment }: ContainerDefinition) =>
  Object.fromEntries(environment.map(({ name, value }) => [name, value]));

test("a task is the app and its gateway, and stops when either stops", () => {
  const { task } = containers();
  expect(task.containers.map(({ name, essential }) => [name, essential])).toEqual([
    ["app", true],
    ["gateway", true],
  ]);
});

test("the gateway starts after the app, so that ECS stops it first and it drains while the app still runs", () => {
  const { app, gateway } = containers();
  expect(gateway.dependsOn).toEqual([{ containerName: "app", condition: "START" }]);
  expect(app.dependsOn).toBeUndefined();
});

test("no container may take longer to stop than Fargate waits, and the gateway outlasts its own deadline", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 110 }), (drainTimeout) => {
      const { app, gateway, task } = containers({ drainTimeout });
      expect(app.stopTimeout!).toBeLessThanOrEqual(120);
      expect(gateway.stopTimeout!).toBeLessThanOrEqual(120);
      expect(gateway.stopTimeout! * 1000).toBeGreaterThan(task.gateway.drain.deadlineMs);
    }),
  );
});

test("only the gateway is reachable from outside the task", () => {
  const { app, gateway } = containers();
  expect(app.portMappings).toBeUndefined();
  expect(gateway.portMappings).toEqual([
    { containerPort: 18080, hostPort: 18080, protocol: "tcp" },
    { containerPort: 18081, hostPort: 18081, protocol: "tcp" },
  ]);
});

test("the app is told the port that the gateway dials", () => {
  const { app, task } = containers();
  expect(variablesOf(app).PORT).toBe(String(task.gateway.upstream.port));
});

test("the app's variables are sorted, and its own value wins over Slipway's default", () => {
  const { app } = containers({ env: { ZED: "1", ALPHA: "2", PYTHONUNBUFFERED: "0" } });
  expect(app.environment.map(({ name }) => name)).toEqual([
    "ALPHA",
    "PORT",
    "PYTHONUNBUFFERED",
    "SLIPWAY_LIBRARY_VERSION",
    "ZED",
  ]);
  expect(variablesOf(app)).toMatchObject({ ALPHA: "2", PORT: "8000", PYTHONUNBUFFERED: "0", ZED: "1" });
});

test("the command serves the handler with its method, and docs only when asked", () => {
  const serve = ["python", "-m", "slipway", "serve", "--kind", "fastapi", "--handler", "app:hello"];
  const one = ["--max-inputs", "1", "--method"];
  expect(containers().app.command).toEqual([...serve, ...one, "GET"]);
  expect(containers({ method: "POST", docs: true }).app.command).toEqual([...serve, ...one, "POST", "--docs"]);
});

test("both containers carry the function's name, by which a definition read back from AWS finds its source", () => {
  const { app, gateway } = containers();
  expect(app.dockerLabels).toEqual({ "slipway.function": "hello/greet" });
  expect(gateway.dockerLabels).toEqual({ "slipway.function": "hello/greet" });
});

test("both containers log to the function's group, each under its own name, without ever blocking", () => {
  const { app, gateway } = containers();
  const options = (prefix: string) => ({
    "awslogs-group": "/slipway/hello",
    "awslogs-region": "eu-central-1",
    "awslogs-stream-prefix": prefix,
    mode: "non-blocking",
    "max-buffer-size": "25m",
  });
  expect(app.logConfiguration).toEqual({ logDriver: "awslogs", options: options("app") });
  expect(gateway.logConfiguration).toEqual({ logDriver: "awslogs", options: options("gateway") });
});

test("secrets reach the app by reference only, and the gateway not at all", () => {
  const { app, gateway, task } = containers({ secrets: { DB: `${SECRET}:password` } });
  expect(app.secrets).toEqual([{ name: "DB", valueFrom: `${SECRET}:password::` }]);
  expect(gateway.secrets).toBeUndefined();
  expect(task.secrets).toEqual([
    { variable: "DB", valueFrom: `${SECRET}:password::`, resourceArn: SECRET, service: "secretsmanager" },
  ]);
  expect(containers().app).not.toHaveProperty("secrets");
});

test("the gateway's root is read-only unless ECS Exec has to write to it, the app's when asked", () => {
  expect(containers().gateway.readonlyRootFilesystem).toBe(true);
  expect(containers({ exec: true }).gateway.readonlyRootFilesystem).toBe(false);
  expect(containers().app.readonlyRootFilesystem).toBe(false);
  expect(containers({ readOnlyRoot: true }).app.readonlyRootFilesystem).toBe(true);
});

test("a zombie has a parent: both containers run under an init process", () => {
  const { app, gateway } = containers();
  expect([app, gateway].map((one) => one.linuxParameters)).toEqual([
    { initProcessEnabled: true },
    { initProcessEnabled: true },
  ]);
});

test("app and gateway share the task's cpu and memory to the last unit, at every size", () => {
  fc.assert(
    fc.property(fc.constantFrom(...FARGATE_SIZES), (size) => {
      const { app, gateway, task } = containers({ cpu: size.cpuUnits / 1024, memory: size.memoryMiB });
      expect(app.cpu! + gateway.cpu!).toBe(task.size.cpuUnits);
      expect(app.memoryReservation! + gateway.memoryReservation!).toBe(task.size.memoryMiB);
      expect(Math.min(app.cpu!, gateway.cpu!)).toBeGreaterThan(0);
    }),
  );
});

test("the gateway's config is in its variable, and the gateway accepts it", () => {
  const { gateway, task } = containers({ startupTimeout: "2m", drainTimeout: 30 });
  const config = JSON.parse(variablesOf(gateway).SLIPWAY_CONFIG!);
  expect(gatewayConfigSchema.parse(config)).toEqual(task.gateway);
  expect(config).toEqual({
    version: 1,
    library: "0.1.0",
    app: "hello",
    function: "greet",
    workspace: "acme",
    environment: "prod",
    region: "eu-central-1",
    listen: { port: 18080, controlPort: 18081, loopbackPort: 18082, keepAliveMs: 305_000 },
    upstream: {
      port: 8000,
      ready: { kind: "tcp", path: "/", intervalMs: 25, timeoutMs: 120_000 },
      poolIdleMs: 1000,
    },
    web: {
      stripPrefix: "",
      gate: { maxInputs: 1, maxQueued: 10 },
      timers: { queueMs: 60_000, firstByteMs: 150_000, idleMs: 300_000, totalMs: 300_000 },
      maxBodyBytes: 4 * 1024 ** 3,
    },
    drain: { deadlineMs: 30_000, quietMs: 10_000 },
  });
});

test("the gateway keeps idle connections longer than the load balancer does, which could else use one that just closed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 11, max: 4000 }), (idleTimeout) => {
      const { task } = containers({}, { ...DOMAIN_PLATFORM, idleTimeout });
      expect(task.gateway.listen.keepAliveMs).toBeGreaterThan(idleTimeout * 1000);
    }),
  );
});

test("the gateway gives up an idle connection before any known server does: gunicorn, the quickest, after 2 s", () => {
  const { upstream } = containers().task.gateway;
  expect(upstream.poolIdleMs).toBeGreaterThan(0);
  expect(upstream.poolIdleMs).toBeLessThanOrEqual(1000);
});

test("a leaving gateway stays until nothing has come for 10 s: so long may a load balancer go on sending", () => {
  expect(containers().task.gateway.drain.quietMs).toBe(10_000);
});

test("the gateway has the endpoint's places, queue, timers and limit of a body", () => {
  const { web } = containers({
    concurrency: { maxInputs: 20, maxQueued: 5 },
    timeout: "1h",
    requestTimeout: 20,
    idleTimeout: 30,
    queueTimeout: 10,
    maxRequestBody: "1MiB",
  }).task.gateway;
  expect(web).toEqual({
    stripPrefix: "",
    gate: { maxInputs: 20, maxQueued: 5 },
    timers: { queueMs: 10_000, firstByteMs: 20_000, idleMs: 30_000, totalMs: 3_600_000 },
    maxBodyBytes: 1024 ** 2,
  });
});

test("the gateway sends spans where its platform says, and is told nothing of it where that says nothing", () => {
  const tracing = { endpoint: "http://collector.acme.internal:4318", sampleRatio: 0.1 };
  expect(containers({}, { ...DOMAIN_PLATFORM, tracing }).task.gateway.tracing).toEqual(tracing);
  expect(containers().task.gateway).not.toHaveProperty("tracing");
});

test("without a domain the gateway strips the label that the load balancer matched", () => {
  expect(containers({ label: "api" }, PATH_PLATFORM).task.gateway.web.stripPrefix).toBe("/api");
  expect(containers({ label: "api" }, DOMAIN_PLATFORM).task.gateway.web.stripPrefix).toBe("");
});

test("with a health path the app is ready when it answers there", () => {
  expect(containers({ healthPath: "/health" }).task.gateway.upstream.ready).toMatchObject({
    kind: "http",
    path: "/health",
  });
});

test("a platform without environment gives the gateway an empty one", () => {
  expect(containers({}, { ...DOMAIN_PLATFORM, environment: undefined }).task.gateway.environment).toBe("");
});
