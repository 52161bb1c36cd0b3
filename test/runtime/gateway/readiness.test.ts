import { existsSync } from "node:fs";
import { startGateway, startReadyGateway } from "./gateway-process";
import { freePorts, RawClient, send, startApp, stopEverything, until } from "./loopback";
import { PYTHON_SETUP_MS, PythonProcess, testPython } from "./python-process";

beforeAll(testPython, PYTHON_SETUP_MS);
afterEach(stopEverything);

/** Where the system tells them: not on macOS. */
const TELLS_PORTS = existsSync("/proc/net/tcp");

test("while the app is starting, health fails and requests are told to come back", async () => {
  const [port] = await freePorts(1);
  const gateway = await startGateway({ port: port! });
  expect(await gateway.health()).toEqual({ status: 503, body: { state: "STARTING" } });
  const { status, headers, text } = await send(gateway.port, "/");
  expect([status, headers["retry-after"], headers["x-slipway-origin"]]).toEqual([503, "1", "gateway"]);
  expect(JSON.parse(text)).toEqual({ error: { code: "app_starting", message: "The app is not ready yet." } });
});

test("the app is ready when it accepts connections, and no request was made for that", async () => {
  const [port] = await freePorts(1);
  const gateway = await startGateway({ port: port! });
  const app = await startApp((_, response) => response.end("hello"), { port });
  expect(await gateway.logged("ready")).toMatchObject({ app: "acme", function: "web", appPort: port });
  expect(app.seen).toBe(0);
  expect(await gateway.health()).toEqual({ status: 200, body: { state: "READY" } });
  expect((await send(gateway.port, "/")).text).toBe("hello");
});

test("with a health path the app is ready when that answers with less than 400", async () => {
  let status = 500;
  const asked: string[] = [];
  const app = await startApp((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["user-agent"]}`);
    response.writeHead(status).end();
  });
  const gateway = await startGateway(app, { upstream: { ready: { kind: "http", path: "/up?x" } } });
  await until(() => asked.length > 2, "the app is asked");
  status = 404;
  const before = asked.length;
  await until(() => asked.length > before + 1, "the app is asked again");
  expect(await gateway.health()).toMatchObject({ status: 503 });
  status = 302;
  await gateway.logged("ready");
  expect(new Set(asked)).toEqual(new Set(["GET /up?x slipway-gateway"]));
  expect(await gateway.health()).toMatchObject({ status: 200 });
});

test("the app is asked ever less often while it answers wrongly: each time is a line in its log", async () => {
  const asked: number[] = [];
  const app = await startApp((_, response) => {
    asked.push(performance.now());
    response.writeHead(503).end();
  });
  await startGateway(app, { upstream: { ready: { kind: "http", intervalMs: 10 } } });
  await until(() => asked.length === 6, "the app is asked");
  expect(asked[5]! - asked[0]!).toBeGreaterThan(20 + 40 + 80 + 160 + 320 - 5);
});

describe("an app that does not get ready", () => {
  const QUICK = { timeoutMs: 400 };

  test("fails the gateway: one line with port, time and what the last look met, then a non-zero exit", async () => {
    const [port] = await freePorts(1);
    await PythonProcess.start("-c", "import time; time.sleep(60)");
    const gateway = await startGateway({ port: port! }, { upstream: { ready: QUICK } });
    const line = await gateway.logged("app_failed_to_start");
    expect(line).toMatchObject({ level: "error", state: "FAILED", appPort: port, lastLook: "connection refused" });
    expect(line.message).toMatch(/^the app was not ready within 0\.4 s: /);
    expect(line.message).toContain(`${port}`);
    expect(await gateway.health()).toEqual({ status: 503, body: { state: "FAILED" } });
    expect((await gateway.exited).code).toBe(1);
    expect(gateway.log.filter(({ level }) => level === "error")).toHaveLength(1);
  });

  test("is warned about at half of its time", async () => {
    const [port] = await freePorts(1);
    const gateway = await startGateway({ port: port! }, { upstream: { ready: { timeoutMs: 3000 } } });
    expect(await gateway.logged("app_starts_slowly")).toMatchObject({
      level: "warn",
      state: "STARTING",
      message: expect.stringMatching(/^the app was not ready within 1\.5 s: /),
    });
    await gateway.logged("app_failed_to_start");
    expect(gateway.log.filter(({ level }) => level === "warn")).toHaveLength(1);
  });

  test("but listens on another port: the log names that, and neither of the gateway's own", async () => {
    const [wanted, opened] = await freePorts(2);
    const server = await PythonProcess.start("-u", "-m", "http.server", `${opened}`, "--bind", "127.0.0.1");
    await server.line(1);
    const gateway = await startGateway({ port: wanted! }, { upstream: { ready: QUICK } });
    const { message, openPorts } = await gateway.logged("app_failed_to_start");
    if (!TELLS_PORTS) return expect(openPorts).toBeUndefined();
    // Programs of this machine that are not the test's may listen too.
    expect(openPorts).toContain(opened);
    expect(openPorts).not.toContain(gateway.port);
    expect(openPorts).not.toContain(gateway.controlPort);
    expect(message).toMatch(new RegExp(`: it listens on .*\\b${opened}\\b.*, not on ${wanted}\\. Set port`));
    expect(message).toContain(`let it listen on $PORT, which is ${wanted}.`);
  });

  test("because it listens on its port at ::1 only", async () => {
    const [port] = await freePorts(1);
    const server = await PythonProcess.start("-u", "-m", "http.server", `${port}`, "--bind", "::1");
    await server.line(1);
    const gateway = await startGateway({ port: port! }, { upstream: { ready: QUICK } });
    const { message } = await gateway.logged("app_failed_to_start");
    if (TELLS_PORTS) expect(message).toContain(`it listens on ${port}, but only at ::1, not at 127.0.0.1. Let it`);
  });

  test.each([
    ["404", (port: number) => ["-m", "http.server", `${port}`, "--bind", "127.0.0.1"], "Correct healthPath."],
    ["500", brokenServer, "See the app's own log, or raise startupTimeout if it needs longer."],
  ])("because its health path answers %s", async (status, server, fix) => {
    const [port] = await freePorts(1);
    await (await PythonProcess.start("-u", ...server(port!))).line(1);
    const ready = { kind: "http", path: "/up", ...QUICK } as const;
    const gateway = await startGateway({ port: port! }, { upstream: { ready } });
    const { message, lastLook } = await gateway.logged("app_failed_to_start");
    expect(lastLook).toBe(Number(status));
    expect(message).toMatch(new RegExp(`: GET /up is answered with ${status}, not with 100 to 399\\. `));
    expect(message).toContain(fix);
  });

  test("is told to clients by a stable code and without a port", async () => {
    const [wanted, opened] = await freePorts(2);
    await startApp(() => undefined, { port: opened });
    const gateway = await startGateway({ port: wanted! }, { upstream: { ready: QUICK } });
    await gateway.logged("app_failed_to_start");
    const { status, headers, text } = await send(gateway.port, "/");
    expect([status, headers["retry-after"], JSON.parse(text).error.code]).toEqual([503, "10", "app_failed_to_start"]);
    for (const port of [wanted, opened, gateway.port]) expect(text).not.toContain(`${port}`);
  });

  test("is told without ports where those are a whole machine's", async () => {
    const [port] = await freePorts(1);
    const gateway = await startGateway({ port: port! }, { listen: { host: "127.0.0.1" }, upstream: { ready: QUICK } });
    const { message, openPorts } = await gateway.logged("app_failed_to_start");
    expect(openPorts).toBeUndefined();
    expect(message).toContain(`: connection refused at 127.0.0.1:${port}. Let it listen on port ${port}`);
  });
});

/** A Python server that answers every request with 500. */
function brokenServer(port: number): string[] {
  const handler = "type('H', (BaseHTTPRequestHandler,), {'do_GET': lambda self: self.send_error(500)})";
  return [
    "-c",
    `from http.server import *; server = HTTPServer(("127.0.0.1", ${port}), ${handler}); print("up"); server.serve_forever()`,
  ];
}

test("an app that hangs on its health path fails the gateway in time", async () => {
  const app = await startApp(() => undefined);
  const gateway = await startGateway(app, { upstream: { ready: { kind: "http", timeoutMs: 200 } } });
  expect((await gateway.logged("app_failed_to_start")).waitedMs).toBeLessThan(3000);
});

test("when a ready app stops accepting, health fails; when it is back, health is too", async () => {
  const app = await startApp((_, response) => response.end());
  const gateway = await startReadyGateway(app);
  await app.stop();
  expect(await gateway.health()).toEqual({ status: 503, body: { state: "FAILED", reason: "app_unreachable" } });
  await startApp((_, response) => response.end(), { port: app.port });
  expect(await gateway.health()).toEqual({ status: 200, body: { state: "READY" } });
});

test("an app that crashes after its start is told once in the log, and so is its return", async () => {
  const [port] = await freePorts(1);
  const serve = ["-u", "-m", "http.server", `${port}`, "--bind", "127.0.0.1"];
  const app = await PythonProcess.start(...serve);
  const gateway = await startReadyGateway({ port: port! });
  await app.crash();
  for (let look = 0; look < 2; look++) expect(await gateway.health()).toMatchObject({ status: 503 });
  expect(await gateway.logged("app_unreachable")).toMatchObject({ level: "error", appPort: port });
  const { status, text } = await send(gateway.port, "/");
  expect([status, JSON.parse(text).error.code]).toEqual([502, "app_unreachable"]);
  await PythonProcess.start(...serve);
  await until(async () => (await gateway.health()).status === 200, "the gateway is healthy");
  await gateway.logged("app_reachable");
  expect(gateway.log.filter(({ event }) => event === "app_unreachable")).toHaveLength(1);
});

test("a busy app is healthy", async () => {
  const app = await startApp(() => undefined);
  const gateway = await startReadyGateway(app);
  const client = (await RawClient.connect(gateway.port)).write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await until(() => app.seen === 1, "the app is busy");
  expect(await gateway.health()).toMatchObject({ status: 200 });
  expect(client.isClosed).toBe(false);
});

test("the control port serves GET /health and nothing else", async () => {
  const gateway = await startReadyGateway(await startApp((_, response) => response.end()));
  for (const [method, path] of [
    ["POST", "/health"],
    ["GET", "/"],
    ["GET", "/health/x"],
    ["GET", "/drain"],
  ] as const) {
    expect((await send(gateway.controlPort, path, { method })).status).toBe(404);
  }
});
