import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { type App, exchange, RawClient, startApp, stopEverything } from "./loopback";

let app: App;
let gateway: GatewayProcess;

/** The app tells what reached it, and knows no upgrades. */
beforeAll(async () => {
  app = await startApp(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    response.end(JSON.stringify([request.method, request.url, request.headers, body]));
  });
  gateway = await startReadyGateway(app);
});

afterAll(stopEverything);

const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const ASK = `GET /ws HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n${KEY}\r\n`;

test.each([
  ["no key", ASK.replace(KEY, "")],
  ["two keys", ASK.replace(KEY, KEY + KEY)],
  ["another method", ASK.replace("GET", "POST")],
  ["a length", ASK.replace(KEY, `${KEY}Content-Length: 2\r\n`)],
  ["chunks", ASK.replace(KEY, `${KEY}Transfer-Encoding: chunked\r\n`)],
  ["no Host", ASK.replace("Host: a\r\n", "")],
  ["two Hosts", ASK.replace("Host: a\r\n", "Host: a\r\nHost: b\r\n")],
  ["an absolute target", ASK.replace("/ws", "http://a/ws")],
])("a request for a WebSocket with %s is refused, and nothing after it is served", async (_, text) => {
  const { seen } = app;
  const answer = await exchange(gateway.port, `${text}GET /next HTTP/1.1\r\nHost: a\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*x-slipway-origin: gateway.*Connection: close.*"bad_request"/is);
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  expect(app.seen).toBe(seen);
});

test.each([
  ["to HTTP/2", "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AA\r\n", ""],
  ["to HTTP/2, among others", "GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: H2C\r\n", ""],
  ["to TLS", "OPTIONS / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: TLS/1.0\r\n", ""],
  ["with a body", "POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: echo\r\nContent-Length: 4\r\n", "body"],
  [
    "with chunks",
    "POST / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: echo\r\nTransfer-Encoding: chunked\r\n",
    "4\r\nbody\r\n0\r\n\r\n",
  ],
  ["in HTTP/1.0", `GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${KEY}`, ""],
])("an upgrade %s is ignored: the app answers the request as it is without it", async (_, start, body) => {
  const client = (await RawClient.connect(gateway.port)).write(`${start}Host: a\r\n\r\n${body}`);
  await client.receives("]");
  expect(client.text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  const [method, , headers, got] = JSON.parse(/\[".*\]/.exec(client.text)![0]);
  expect([method, got]).toEqual([start.split(" ")[0], body && "body"]);
  expect(Object.keys(headers).join()).not.toMatch(/upgrade|http2/);
  if (start.includes("HTTP/1.0")) return;
  // The connection is as good as before.
  client.write("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.receives('"/next"');
});

test("an app that knows no upgrades answers the request as any other", async () => {
  expect(await exchange(gateway.port, ASK)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Connection: close.*"\/ws"/s);
});

test("ignored upgrades may follow one another on a connection", async () => {
  const client = await RawClient.connect(gateway.port);
  for (let i = 0; i < 20; i++) {
    client.write(`GET /${i} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`);
    await client.receives(`"/${i}"`);
  }
  expect(gateway.stderr).toBe("");
});
