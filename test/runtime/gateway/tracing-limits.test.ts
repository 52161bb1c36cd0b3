import { Agent, request } from "node:http";
import { newKeyId, newSecret } from "../../../lib/tokens/secret-pair";
import { signUrlToken } from "../../../lib/tokens/signed-url";
import { AuthApp, greeting, HEADER_FORMS } from "./auth-app";
import { AuthTable } from "./auth-table";
import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { collect, freePorts, onStop, RawClient, send, startApp, stopEverything, until } from "./loopback";
import { SpanReceiver } from "./span-receiver";

afterEach(stopEverything);

const eventsOf = ({ log }: GatewayProcess) =>
  log.map(({ event }) => event).filter((event) => event.startsWith("spans_"));

const tracingTo = (endpoint: string) => ({ endpoint, sampleRatio: 1 });

/** Requests over a few connections, all of them answered with 200. */
async function sendMany(port: number, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  onStop(() => agent.destroy());
  const one = () =>
    new Promise<number>((resolve, reject) => {
      request({ host: "127.0.0.1", port, path: "/", agent }, (answer) => {
        collect(answer).then(({ status }) => resolve(status), reject);
      })
        .on("error", reject)
        .end();
    });
  const statuses = await Promise.all(Array.from({ length: count }, one));
  expect(statuses.filter((status) => status !== 200)).toEqual([]);
}

test("while the collector is away requests are answered, a bounded number of spans waits, and the log says so once", async () => {
  const [port] = await freePorts(1);
  const app = await startApp((_, response) => response.end());
  const gateway = await startReadyGateway(app, { tracing: tracingTo(`http://127.0.0.1:${port}`) });
  await sendMany(gateway.port, 3000);
  await gateway.logged("spans_lost");
  await sendMany(gateway.port, 1000);
  expect(eventsOf(gateway)).toEqual(["spans_lost"]);

  // 2048 that wait, and the batch of 256 that is tried again and again.
  const receiver = await SpanReceiver.start(port);
  const { lost } = await gateway.logged("spans_sent_again");
  await until(() => receiver.spans.length + Number(lost) === 4000, "every span has come or is counted");
  expect(receiver.spans.length).toBeLessThanOrEqual(2048 + 256);
  expect(receiver.spans.length).toBeGreaterThan(256);
  await sendMany(gateway.port, 10);
  await until(() => receiver.spans.length + Number(lost) === 4010, "later ones come");
  expect(eventsOf(gateway)).toEqual(["spans_lost", "spans_sent_again"]);
});

test("a collector that refuses for a while gets the spans when it takes them again", async () => {
  const receiver = await SpanReceiver.start();
  receiver.mood = "refuses";
  const app = await startApp((_, response) => response.end());
  const gateway = await startReadyGateway(app, { tracing: tracingTo(receiver.endpoint) });
  await send(gateway.port, "/");
  await until(() => receiver.requests.size > 0, "it was tried");
  receiver.mood = "takes";
  await receiver.arrived(1);
  expect(eventsOf(gateway)).toEqual([]);
});

test("at the exit the last spans leave", async () => {
  const receiver = await SpanReceiver.start();
  const app = await startApp((_, response) => response.end());
  const gateway = await startReadyGateway(app, { tracing: tracingTo(receiver.endpoint), drain: { quietMs: 0 } });
  await sendMany(gateway.port, 600);
  gateway.kill("SIGTERM");
  expect(await gateway.exited).toEqual({ code: 0, signal: null });
  expect(receiver.spans).toHaveLength(600);
  expect(gateway.log.at(-1)).toMatchObject({ event: "exit", reason: "drained" });
});

test("a collector that takes nothing holds up the exit for a moment only", async () => {
  const receiver = await SpanReceiver.start();
  receiver.mood = "silent";
  const app = await startApp((_, response) => response.end());
  const gateway = await startReadyGateway(app, { tracing: tracingTo(receiver.endpoint), drain: { quietMs: 0 } });
  await send(gateway.port, "/");
  gateway.kill("SIGTERM");
  expect(await gateway.exited).toEqual({ code: 0, signal: null });
  expect(gateway.log.slice(-2)).toMatchObject([
    { event: "spans_lost", message: "not sent within 2 s of the exit" },
    { event: "exit", reason: "drained" },
  ]);
});

test("a WebSocket's span is that of its whole life", async () => {
  const receiver = await SpanReceiver.start();
  const app = await AuthApp.start();
  const gateway = await startReadyGateway(app, { tracing: tracingTo(receiver.endpoint) });
  const client = (await RawClient.connect(gateway.port)).write(
    "GET /ws?a=1 HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await client.receives("hello");
  // A batch leaves without it.
  await send(gateway.port, "/");
  await receiver.arrived(1);
  client.socket.resetAndDestroy();
  const [, line] = await gateway.requests(2);
  const [, span] = await receiver.arrived(2);
  expect(span).toMatchObject({
    name: "GET",
    traceId: line!.traceId,
    status: 0,
    attributes: { "url.path": "/ws", "http.response.status_code": 101, "slipway.origin": "app" },
  });
  const { headers } = app.reached[0]!;
  expect(headers[headers.indexOf("traceparent") + 1]).toBe(`00-${span!.traceId}-${span!.spanId}-01`);
});

test("no secret of a request is in a span: searched by value", async () => {
  const receiver = await SpanReceiver.start();
  const table = await AuthTable.start();
  const app = await AuthApp.start();
  const { pair } = await table.store.create({ scopes: ["test/acme/web"] });
  const wrong = { keyId: newKeyId(), secret: newSecret() };
  const own = { web: { auth: { cacheMs: 60_000 } }, tracing: tracingTo(receiver.endpoint), ...table.config };
  const gateway = await startReadyGateway(app, own);
  const urlToken = signUrlToken(pair, { host: "shop.example", pathPrefix: "/", expiresAt: Date.now() / 1000 + 60 });
  const basic = `Basic ${Buffer.from("ann:hunter2").toString("base64")}`;
  const hidden = { host: "shop.example", cookie: "session=c00kie", "x-api-key": "k3y", tracestate: "s=t8" };
  for (const form of Object.values(HEADER_FORMS)) {
    for (const who of [pair, wrong]) await send(gateway.port, "/a?q=qu3ry", { headers: { ...hidden, ...form(who) } });
  }
  const sent = { method: "POST", headers: { ...hidden, authorization: basic }, body: "b0dy" };
  await send(gateway.port, `/b?__slipway_token=${urlToken}`, sent);
  await send(gateway.port, "/c?__slipway_token=t0ken", { ...sent, headers: { ...sent.headers, referer: "/r3f" } });
  await greeting(gateway.port, `/d?__slipway_token=${urlToken}`, hidden);
  const spans = await receiver.arrived(9);
  expect(new Set(spans.map(({ attributes }) => attributes["url.path"]))).toEqual(new Set(["/a", "/b", "/c", "/d"]));
  expect(spans.map(({ attributes }) => attributes["slipway.code"])).toContain("invalid_credentials");

  const { secret, keyId } = pair;
  const values = [secret, wrong.secret, keyId, urlToken, urlToken.split(".").at(-1)!, basic, basic.slice(6), "hunter2"];
  const others = ["c00kie", "k3y", "s=t8", "qu3ry", "b0dy", "t0ken", "r3f", "__slipway_token"];
  expect([...values, ...others].filter((value) => receiver.text.includes(value))).toEqual([]);
  // The search would find what is there.
  expect(receiver.text).toContain("shop.example");
});
