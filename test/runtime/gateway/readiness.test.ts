import { startGateway, startReadyGateway } from "./gateway-process";
import { freePorts, RawClient, send, startApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

test("while the app is starting, health fails and requests are told to come back", async () => {
  const [port] = await freePorts(1);
  const gateway = await startGateway({ port: port! });
  expect(await gateway.health()).toEqual({ status: 503, body: { state: "STARTING" } });
  const { status, headers, text } = await send(gateway.port, "/");
  expect([status, headers["retry-after"], headers["x-slipway-origin"]]).toEqual([503, "1", "gateway"]);
  expect(JSON.parse(text).error).toEqual({
    code: "app_starting",
    message: `The app is not ready on port ${port} yet.`,
  });
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

test("an app that never accepts fails the gateway: one line with port and time, then a non-zero exit", async () => {
  const [port] = await freePorts(1);
  const gateway = await startGateway({ port: port! }, { upstream: { ready: { timeoutMs: 200 } } });
  const line = await gateway.logged("app_failed_to_start");
  expect(line.level).toBe("error");
  expect(line.message).toMatch(
    new RegExp(`^the app did not accept a connection on 127.0.0.1:${port} within 0\\.\\d+ s \\(connection refused\\)$`),
  );
  expect(await gateway.health()).toEqual({ status: 503, body: { state: "FAILED" } });
  const { status, text } = await send(gateway.port, "/");
  expect([status, JSON.parse(text).error.code]).toEqual([503, "app_failed_to_start"]);
  expect((await gateway.exited).code).toBe(1);
  expect(gateway.log.filter(({ level }) => level === "error")).toHaveLength(1);
});

test("an app that answers its health path wrongly fails the gateway with what it answered", async () => {
  const app = await startApp((_, response) => response.writeHead(500).end());
  const gateway = await startGateway(app, { upstream: { ready: { kind: "http", path: "/up", timeoutMs: 200 } } });
  const { message } = await gateway.logged("app_failed_to_start");
  expect(message).toMatch(/did not answer GET \/up with 100 to 399 .* \(GET \/up: 500\)$/);
  expect((await gateway.exited).code).toBe(1);
});

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
