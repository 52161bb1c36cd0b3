import type { RequestListener } from "node:http";
import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { answerTo, freePorts, open, RawClient, send, startApp, stopEverything, until } from "./loopback";
import { PYTHON_SETUP_MS, PythonProcess, testPython } from "./python-process";
import { SpanReceiver } from "./span-receiver";
import { startTracedApp } from "./traced-app";

afterEach(stopEverything);

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER = "00f067aa0ba902b7";
const SAMPLED = `00-${TRACE}-${CALLER}-01`;
const UNSAMPLED = `00-${TRACE}-${CALLER}-00`;

type Own = NonNullable<Parameters<typeof startReadyGateway>[1]>;

async function traced(serve: RequestListener, sampleRatio = 1, own: Own = {}) {
  const receiver = await SpanReceiver.start();
  const app = await startApp(serve);
  const tracing = { endpoint: receiver.endpoint, sampleRatio };
  return { receiver, app, gateway: await startReadyGateway(app, { ...own, tracing }) };
}

/** An app that answers with the trace headers it got, and the gateway in front of it. */
function tellingApp(sampleRatio: number) {
  return traced((request, response) => {
    const { traceparent, tracestate } = request.headersDistinct;
    response.end(JSON.stringify({ traceparent, tracestate }));
  }, sampleRatio);
}

async function told({ port }: GatewayProcess, headers: Record<string, string | string[]> = {}) {
  return JSON.parse((await send(port, "/", { headers })).text);
}

test("a request is one span: what came, who answered, how long each part took, and which endpoint it was", async () => {
  const { receiver, gateway } = await traced((request, response) =>
    request.resume().once("end", () => response.writeHead(201).end("made")),
  );
  const before = Date.now();
  const headers = { host: "shop.example:8443", "x-forwarded-proto": "https" };
  await send(gateway.port, "/items?q=1", { method: "POST", headers, body: "x" });
  const [line] = await gateway.requests(1);
  const after = Date.now();
  const [span] = await receiver.arrived(1);
  expect(span).toEqual({
    name: "POST",
    kind: 2,
    traceId: line!.traceId,
    spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    start: expect.any(Number),
    end: expect.any(Number),
    status: 0,
    attributes: {
      "http.request.method": "POST",
      "url.path": "/items",
      "url.scheme": "https",
      "server.address": "shop.example",
      "server.port": 8443,
      "network.protocol.version": "1.1",
      "http.response.status_code": 201,
      "slipway.origin": "app",
      "slipway.queue_ms": expect.any(Number),
      "slipway.app_ms": expect.any(Number),
    },
    resource: {
      "service.name": "web",
      "service.namespace": "acme",
      "deployment.environment.name": "test",
      "cloud.provider": "aws",
      "cloud.region": "eu-west-1",
    },
  });
  expect(span!.start).toBeGreaterThan(before - 3);
  expect(span!.end).toBeLessThan(after + 3);
  expect(span!.end - span!.start).toBeCloseTo(Number(line!.totalMs), 1);
  expect([...receiver.requests]).toEqual(["POST /v1/traces application/json"]);
});

test("a trace goes from the caller by the gateway to an app that OpenTelemetry's SDK traces", async () => {
  const receiver = await SpanReceiver.start();
  const app = await startTracedApp();
  const gateway = await startReadyGateway(app, { tracing: { endpoint: receiver.endpoint, sampleRatio: 0 } });
  await send(gateway.port, "/sampled", { headers: { traceparent: SAMPLED } });
  await send(gateway.port, "/unsampled", { headers: { traceparent: UNSAMPLED } });
  await send(gateway.port, "/own");
  const [ours] = await receiver.arrived(1);
  expect(ours).toMatchObject({ traceId: TRACE, parentSpanId: CALLER });
  // What nobody records here, the app may record by itself; what the caller does not want recorded is not.
  const theirs = app.exporter.getFinishedSpans();
  expect(theirs.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId])).toEqual([
    ["/sampled", ours!.spanId],
    ["/own", undefined],
  ]);
  expect(theirs[0]!.spanContext().traceId).toBe(TRACE);
  expect((await gateway.requests(3)).map(({ traceId }) => traceId).slice(0, 2)).toEqual([TRACE, TRACE]);
  expect(receiver.spans).toHaveLength(1);
});

test(
  "a FastAPI app reads its trace with OpenTelemetry's own propagator",
  async () => {
    await testPython();
    const [port] = await freePorts(1);
    await PythonProcess.start("-m", "uvicorn", "traced:app", "--port", String(port), "--log-level", "error");
    const receiver = await SpanReceiver.start();
    const gateway = await startReadyGateway(
      { port: port! },
      { tracing: { endpoint: receiver.endpoint, sampleRatio: 1 } },
    );
    const continued = await told(gateway, { traceparent: SAMPLED, tracestate: "a=1,b=2" });
    const begun = await told(gateway);
    const unsampled = await told(gateway, { traceparent: UNSAMPLED, tracestate: "a=1" });
    const [first, second] = await receiver.arrived(2);
    expect(continued).toEqual({
      isValid: true,
      isSampled: true,
      traceId: TRACE,
      spanId: first!.spanId,
      state: { a: "1", b: "2" },
    });
    expect(begun).toMatchObject({ isValid: true, isSampled: true, traceId: second!.traceId, spanId: second!.spanId });
    expect(unsampled).toMatchObject({ isSampled: false, traceId: TRACE, spanId: CALLER, state: { a: "1" } });
  },
  PYTHON_SETUP_MS,
);

test("the caller decides for its trace, whatever the ratio; of a trace that begins here an app hears only if it is recorded", async () => {
  for (const sampleRatio of [0, 1]) {
    const { receiver, gateway } = await tellingApp(sampleRatio);
    const sampled = await told(gateway, { traceparent: SAMPLED, tracestate: "a=1" });
    expect(await told(gateway, { traceparent: UNSAMPLED, tracestate: "a=1" })).toEqual({
      traceparent: [UNSAMPLED],
      tracestate: ["a=1"],
    });
    const begun = await told(gateway);
    const [first, second] = await receiver.arrived(1 + sampleRatio);
    expect(sampled).toEqual({ traceparent: [`00-${TRACE}-${first!.spanId}-01`], tracestate: ["a=1"] });
    expect(begun).toEqual(second ? { traceparent: [`00-${second.traceId}-${second.spanId}-01`] } : {});
    gateway.kill("SIGTERM");
    await gateway.exited;
    expect(receiver.spans).toHaveLength(1 + sampleRatio);
  }
});

test("a traceparent that is not valid is none: a trace begins here, and takes nothing over of it", async () => {
  const invalid = {
    "trace of zeros": `00-${"0".repeat(32)}-${CALLER}-01`,
    "parent of zeros": `00-${TRACE}-${"0".repeat(16)}-01`,
    "version ff": `ff-${TRACE}-${CALLER}-01`,
    "version 00 with more behind it": `${SAMPLED}-x`,
    "in capitals": SAMPLED.toUpperCase(),
    "too short": SAMPLED.slice(0, -1),
    twice: [SAMPLED, SAMPLED],
  };
  const { receiver, gateway } = await tellingApp(1);
  const seen: unknown[] = [];
  for (const traceparent of Object.values(invalid)) seen.push(await told(gateway, { traceparent, tracestate: "a=1" }));
  const spans = await receiver.arrived(seen.length);
  expect(seen).toEqual(spans.map(({ traceId, spanId }) => ({ traceparent: [`00-${traceId}-${spanId}-01`] })));
  expect(spans.filter(({ traceId, parentSpanId }) => traceId === TRACE || parentSpanId !== undefined)).toEqual([]);
});

test("a traceparent of a later version is read as far as it is known", async () => {
  const { receiver, gateway } = await tellingApp(0);
  const { traceparent } = await told(gateway, { traceparent: `cc-${TRACE}-${CALLER}-03-more` });
  const [span] = await receiver.arrived(1);
  expect(span).toMatchObject({ traceId: TRACE, parentSpanId: CALLER });
  expect(traceparent).toEqual([`00-${TRACE}-${span!.spanId}-01`]);
});

test("a ratio in between is decided by the trace's id: alike each time and in each gateway", async () => {
  const ids = Array.from({ length: 200 }, (_, i) => ({
    time: (0x67891233 + i).toString(16),
    chance: ((BigInt(i) * 0x9e3779b97f4a7c15n) % 2n ** 64n).toString(16).padStart(24, "0"),
  }));
  const chosen: string[][] = [];
  const [{ gateway: one }, { gateway: other }] = [await tellingApp(0.3), await tellingApp(0.3)];
  for (const gateway of [one, one, other]) {
    const answers = ids.map(({ time, chance }) =>
      told(gateway, { "x-amzn-trace-id": `Self=1-1-2;Root=1-${time}-${chance}` }),
    );
    const traces = (await Promise.all(answers)).flatMap(({ traceparent }) => traceparent ?? []);
    chosen.push(traces.map((traceparent) => traceparent.split("-")[1]));
  }
  expect(chosen[1]).toEqual(chosen[0]);
  expect(chosen[2]).toEqual(chosen[0]);
  const all = ids.map(({ time, chance }) => time + chance);
  expect(all).toEqual(expect.arrayContaining(chosen[0]!));
  expect(chosen[0]!.length).toBeGreaterThan(40);
  expect(chosen[0]!.length).toBeLessThan(80);
});

test("without tracing trace headers pass as they came, valid or not", async () => {
  const app = await startApp(({ headersDistinct: { traceparent, tracestate } }, response) => {
    response.end(JSON.stringify({ traceparent, tracestate }));
  });
  const gateway = await startReadyGateway(app);
  expect(await told(gateway)).toEqual({});
  for (const traceparent of [SAMPLED, UNSAMPLED, "mine"]) {
    expect(await told(gateway, { traceparent, tracestate: "a=1" })).toEqual({
      traceparent: [traceparent],
      tracestate: ["a=1"],
    });
  }
});

test("a request that the gateway answers has its code, and is an error of its server from 500 on", async () => {
  const { receiver, gateway } = await traced(
    (request, response) => {
      if (request.url === "/bad") response.writeHead(500).end();
      if (request.url === "/stream") response.write("first");
    },
    1,
    { web: { gate: { maxInputs: 1, maxQueued: 0 }, timers: { firstByteMs: 200, idleMs: 200 } } },
  );
  await send(gateway.port, "/bad");
  await send(gateway.port, "/_slipway/x", { method: "PROPFIND" });
  const slow = send(gateway.port, "/slow");
  await gateway.metricIs("slipway_in_flight", 1);
  await send(gateway.port, "/full");
  await slow;
  await gateway.metricIs("slipway_in_flight", 0);
  const cut = await answerTo(open(gateway.port, "/stream"));
  await until(() => cut.resume().destroyed, "the answer breaks off");
  const spans = await receiver.arrived(5);
  const seen = spans.map(({ name, status, attributes }) => [
    attributes["url.path"],
    name,
    status,
    attributes["http.response.status_code"],
    attributes["slipway.origin"],
    attributes["slipway.code"],
    attributes["error.type"],
  ]);
  expect(seen).toEqual([
    ["/bad", "GET", 2, 500, "app", undefined, "500"],
    ["/_slipway/x", "HTTP", 0, 404, "gateway", "not_found", "not_found"],
    ["/full", "GET", 2, 503, "gateway", "queue_full", "queue_full"],
    ["/slow", "GET", 2, 504, "gateway", "first_byte_timeout", "first_byte_timeout"],
    ["/stream", "GET", 2, 200, "app", "idle_timeout", "idle_timeout"],
  ]);
  expect(spans[1]!.attributes).toMatchObject({
    "http.request.method": "_OTHER",
    "http.request.method_original": "PROPFIND",
  });
  expect(spans[1]!.attributes).not.toHaveProperty(["slipway.app_ms"]);
});

test("a client that leaves before its answer has a span without a status", async () => {
  const { receiver, gateway } = await traced(() => undefined);
  const client = await RawClient.connect(gateway.port);
  client.write("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  await gateway.metricIs("slipway_in_flight", 1);
  client.socket.destroy();
  const [span] = await receiver.arrived(1);
  expect(span).toMatchObject({ status: 0, attributes: { "slipway.origin": "client" } });
  expect(span!.attributes).not.toHaveProperty(["http.response.status_code"]);
});
