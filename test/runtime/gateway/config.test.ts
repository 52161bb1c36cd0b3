import { once } from "node:events";
import { connect } from "node:net";
import { gatewayConfig, spawnGateway, startReadyGateway } from "./gateway-process";
import { startApp, stopEverything } from "./loopback";

afterEach(stopEverything);

async function startWith(variable: string) {
  const gateway = spawnGateway(await gatewayConfig(8000), variable);
  return { ...(await gateway.exited), stderr: gateway.stderr, log: gateway.log };
}

test("every wrong key is named in one message, without a stack trace, and the exit code is 78", async () => {
  const config = await gatewayConfig(8000);
  const { code, stderr, log } = await startWith(
    JSON.stringify({
      ...config,
      surprise: 1,
      listen: { ...config.listen, port: "18080", extra: true },
      upstream: { ...config.upstream, ready: { ...config.upstream.ready, path: "health" } },
      tracing: { endpoint: "collector:4318", sampleRatio: 2 },
      drain: undefined,
    }),
  );
  expect(code).toBe(78);
  expect(log).toEqual([]);
  expect(stderr.split("\n").slice(0, 1)).toEqual(["slipway gateway: SLIPWAY_CONFIG is not valid:"]);
  for (const key of [
    "surprise: unknown key",
    "listen.extra: unknown key",
    "listen.port: ",
    "upstream.ready.path: ",
    "tracing.endpoint: ",
    "tracing.sampleRatio: ",
    "drain: ",
  ]) {
    expect(stderr).toContain(`\n  ${key}`);
  }
  expect(stderr).not.toMatch(/\bat .*\d+:\d+/);
});

test("a missing configuration says so", async () => {
  expect(await startWith("")).toMatchObject({
    code: 78,
    stderr: "slipway gateway: SLIPWAY_CONFIG is not valid:\n  the variable is not set\n",
  });
});

test("a configuration that is not JSON says so and does not repeat the value", async () => {
  const { code, stderr } = await startWith("{secret");
  expect(code).toBe(78);
  expect(stderr).toContain("the value is not JSON");
  expect(stderr).not.toContain("secret");
});

test("what the task is for is said by one key", async () => {
  const { web, ...config } = await gatewayConfig(8000);
  for (const [value, problem] of [
    [config, "there is none of them"],
    [{ ...config, web, control: {} }, "there are web and control"],
  ] as const) {
    const { code, stderr } = await startWith(JSON.stringify(value));
    expect(code).toBe(78);
    expect(stderr).toContain(`\n  one of web, worker, control says what the task is for: ${problem}`);
  }
});

test("a worker's and the control service's wrong keys are named as well", async () => {
  const { web: _, upstream: __, ...common } = await gatewayConfig(8000);
  const worker = await startWith(JSON.stringify({ ...common, worker: { maxInputs: 0, surprise: 1 } }));
  expect(worker.code).toBe(78);
  for (const key of ["worker.surprise: unknown key", "worker.maxInputs: ", "worker.queueUrl: "]) {
    expect(worker.stderr).toContain(`\n  ${key}`);
  }
  const control = await startWith(JSON.stringify({ ...common, control: { sweepMs: 1 } }));
  expect(control.code).toBe(78);
  expect(control.stderr).toContain("\n  control.sweepMs: ");
});

test("a door that only tokens open needs the table to look them up in", async () => {
  const config = await gatewayConfig(8000);
  const stores = { table: "calls", bucket: "payloads", registry: "registry", retentionS: 3600 };
  const calls = { ...stores, grants: [], public: true };
  for (const [own, problem] of [
    [{ web: { ...config.web, auth: { cacheMs: 1000 } } }, "tokens: web.auth needs the table to look tokens up in"],
    [{ calls }, "tokens: calls.public needs the table to look tokens up in, and tokens.cacheMs"],
    [{ calls, tokens: { table: "tokens" } }, "tokens: calls.public needs the table"],
  ] as const) {
    const { code, stderr } = await startWith(JSON.stringify({ ...config, ...own }));
    expect(code).toBe(78);
    expect(stderr).toContain(`\n  ${problem}`);
  }
});

test("two listeners on one port are refused by name", async () => {
  const config = await gatewayConfig(8000);
  const { code, stderr } = await startWith(
    JSON.stringify({ ...config, upstream: { ...config.upstream, port: config.listen.controlPort } }),
  );
  expect(code).toBe(78);
  expect(stderr).toContain(`upstream.port: ${config.listen.controlPort} is already listen.controlPort`);
});

test("a port that is taken is named in the log and the exit code is 1", async () => {
  const taken = await startApp(() => undefined);
  const config = await gatewayConfig(8000);
  const gateway = spawnGateway({ ...config, listen: { ...config.listen, port: taken.port } });
  expect((await gateway.logged("listen_failed")).message).toContain(String(taken.port));
  expect((await gateway.exited).code).toBe(1);
});

test("with listen.host both ports are open on that address only", async () => {
  const app = await startApp((_, response) => response.end("hello"));
  const everywhere = await startReadyGateway(app);
  expect(await accepts(everywhere.port, "127.0.0.2")).toBe(true);
  const { port, controlPort } = await startReadyGateway(app, { listen: { host: "127.0.0.1" } });
  expect(await Promise.all([port, controlPort].map((one) => accepts(one, "127.0.0.1")))).toEqual([true, true]);
  expect(await Promise.all([port, controlPort].map((one) => accepts(one, "127.0.0.2")))).toEqual([false, false]);
});

async function accepts(port: number, host: string): Promise<boolean> {
  const socket = connect({ port, host });
  const accepted = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return accepted;
}
