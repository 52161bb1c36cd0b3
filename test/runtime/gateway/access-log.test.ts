import { once } from "node:events";
import { startReadyGateway } from "./gateway-process";
import { answerTo, open, RawClient, send, startApp, startRawApp, stopEverything } from "./loopback";

afterEach(stopEverything);

test("a request is one line: method, path, status, who answered, how long each part took, bytes, the trace", async () => {
  const gateway = await startReadyGateway(
    await startApp((request, response) => request.resume().once("end", () => response.writeHead(201).end("made"))),
  );
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01`, authorization: "Bearer hidden" };
  await send(gateway.port, "/items?token=hidden", { method: "POST", headers, body: "x".repeat(1000) });
  const [line] = await gateway.requests(1);
  expect(line).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    level: "info",
    event: "request",
    app: "acme",
    function: "web",
    method: "POST",
    path: "/items",
    status: 201,
    origin: "app",
    queueMs: expect.any(Number),
    appMs: expect.any(Number),
    totalMs: expect.any(Number),
    bytesIn: expect.any(Number),
    bytesOut: expect.any(Number),
    traceId,
  });
  expect(line!.bytesIn).toBeGreaterThan(1000);
  expect(line!.bytesIn).toBeLessThan(1500);
  expect(Number(line!.queueMs) + Number(line!.appMs)).toBeLessThanOrEqual(Number(line!.totalMs) + 0.002);
  expect(JSON.stringify(gateway.log)).not.toContain("hidden");
});

test("a request that the gateway answers has its code, and the load balancer's trace without the dashes", async () => {
  const gateway = await startReadyGateway(await startApp((_, response) => response.end()));
  const headers = { "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678" };
  await send(gateway.port, "/_slipway/x", { headers });
  const [line] = await gateway.requests(1);
  const { status, origin, code, appMs, traceId } = line!;
  expect({ status, origin, code, appMs, traceId }).toEqual({
    status: 404,
    origin: "gateway",
    code: "not_found",
    appMs: 0,
    traceId: "67891233abcdef012345678912345678",
  });
});

test("an answer that the app breaks off has the app's status, and why it was broken off", async () => {
  const app = await startRawApp((socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nok"));
  });
  const gateway = await startReadyGateway(app);
  await expect(send(gateway.port, "/")).rejects.toThrow();
  const [line] = await gateway.requests(1);
  expect([line!.status, line!.origin, line!.code]).toEqual([200, "app", "app_disconnected"]);
});

test("a client that leaves before the answer is 499", async () => {
  const app = await startApp(() => undefined);
  const gateway = await startReadyGateway(app);
  const client = await RawClient.connect(gateway.port);
  client.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  await gateway.metricIs("slipway_in_flight", 1);
  client.socket.destroy();
  const [line] = await gateway.requests(1);
  expect([line!.status, line!.origin, line!.traceId]).toEqual([499, "client", expect.stringMatching(/^[0-9a-f]{32}$/)]);
});

test("each of several requests on one connection has its own bytes", async () => {
  const sizes = [10, 5000, 10];
  const gateway = await startReadyGateway(
    await startApp((request, response) => response.end("x".repeat(Number(request.url!.slice(1))))),
  );
  const client = await RawClient.connect(gateway.port);
  for (const [i, size] of sizes.entries()) {
    client.write(`GET /${size} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await client.receives("x".repeat(size));
    await gateway.requests(i + 1);
  }
  const lines = await gateway.requests(3);
  const [small, large, again] = lines.map(({ bytesOut }) => Number(bytesOut)) as [number, number, number];
  expect(large - small).toBeGreaterThan(4900);
  expect(again).toBe(small);
});

test("a path with quotes, line breaks in percents and thousands of characters is still one line of JSON", async () => {
  const gateway = await startReadyGateway(await startApp((_, response) => response.end()));
  await (await RawClient.connect(gateway.port))
    .write(`GET /"\\%0A${"y".repeat(2000)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    .closes();
  const [line] = await gateway.requests(1);
  expect(line!.path).toMatch(/^\/"\\%0Ay{100,600}…$/);
});

test("X-Slipway-Timing asks for a Server-Timing header", async () => {
  const gateway = await startReadyGateway(await startApp((_, response) => response.end()));
  const { headers } = await send(gateway.port, "/", { headers: { "x-slipway-timing": "1" } });
  expect(headers["server-timing"]).toMatch(/^queue;dur=\d+\.\d\d, app;dur=\d+\.\d\d$/);
  expect((await send(gateway.port, "/")).headers["server-timing"]).toBeUndefined();
});

test("metrics count requests by origin and class, refusals by code, and say what is going on now", async () => {
  const gateway = await startReadyGateway(
    await startApp((request, response) => {
      if (request.url === "/stream") response.write("first");
      else response.writeHead(request.url === "/bad" ? 500 : 200).end();
    }),
  );
  const streaming = await answerTo(open(gateway.port, "/stream"));
  await once(streaming, "data");
  for (const path of ["/", "/", "/bad", "/_slipway/x"]) await send(gateway.port, path);
  await gateway.requests(4);
  const { text } = await send(gateway.config.listen.loopbackPort, "/metrics");
  expect(text).toContain('slipway_requests_total{origin="app",status="2xx"} 2\n');
  expect(text).toContain('slipway_requests_total{origin="app",status="5xx"} 1\n');
  expect(text).toContain('slipway_requests_total{origin="gateway",status="4xx"} 1\n');
  expect(text).toContain('slipway_refusals_total{code="not_found"} 1\n');
  expect(text).toContain("slipway_in_flight 1\n");
  expect(text).toMatch(/slipway_request_duration_seconds_bucket\{le="\+Inf"\} 4\n/);
  streaming.destroy();
  await gateway.metricIs("slipway_in_flight", 0);
  const other = await send(gateway.config.listen.loopbackPort, "/other");
  expect(other.status).toBe(404);
});
