import type { RequestListener } from "node:http";
import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { exchange, RawClient, send, startApp, startRawApp, stopEverything } from "./loopback";

let serve: RequestListener;
let bytes: string;
let inFrontOfApp: GatewayProcess;
let inFrontOfRawApp: GatewayProcess;

beforeAll(async () => {
  inFrontOfApp = await startReadyGateway(await startApp((request, response) => serve(request, response)));
  inFrontOfRawApp = await startReadyGateway(
    await startRawApp((socket) => socket.once("data", () => socket.end(bytes, "latin1"))),
  );
});

afterAll(stopEverything);

/** The gateway of an app that answers like this. */
function answering(listener: RequestListener): GatewayProcess {
  serve = listener;
  return inFrontOfApp;
}

/** The gateway of an app that writes these bytes to every request and closes. */
function writing(text: string): GatewayProcess {
  bytes = text;
  return inFrontOfRawApp;
}

test("an answer reaches the client with status, reason and headers as they were sent", async () => {
  const gateway = writing(
    "HTTP/1.1 299 Quite Fine\r\nX-B: 2\r\nSet-Cookie: a=1\r\nx-a: \xe9\r\nSet-Cookie: b=2\r\nDate: now\r\nContent-Length: 2\r\n\r\nhi",
  );
  const text = await exchange(gateway.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect(text).toBe(
    "HTTP/1.1 299 Quite Fine\r\nX-B: 2\r\nSet-Cookie: a=1\r\nx-a: \xe9\r\nSet-Cookie: b=2\r\nDate: now\r\nContent-Length: 2\r\n" +
      "Connection: close\r\n\r\nhi",
  );
});

test("an answer loses its hop-by-hop and x-slipway headers", async () => {
  const gateway = writing(
    "HTTP/1.1 200 OK\r\nConnection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=9\r\nUpgrade: h2c\r\nX-Slipway-Origin: app\r\nProxy-Status: x\r\n\r\n",
  );
  const { rawHeaders } = await send(gateway.port, "/");
  expect(rawHeaders.join()).toContain("Proxy-Status,x");
  expect(rawHeaders.join()).not.toMatch(/x-hop|timeout=9|upgrade|slipway/i);
});

test("an answer with neither length nor chunks ends where the app closes", async () => {
  const gateway = writing("HTTP/1.0 200 OK\r\n\r\nold but whole");
  const { text, headers } = await send(gateway.port, "/");
  expect([text, headers["transfer-encoding"]]).toEqual(["old but whole", "chunked"]);
});

test.each([
  ["HEAD", "200 OK", "5"],
  ["GET", "304 Not Modified", "5"],
  ["GET", "204 No Content", undefined],
])("an answer to %s with %s has no body", async (method, status, length) => {
  const gateway = writing(`HTTP/1.1 ${status}\r\nContent-Length: ${length ?? 0}\r\n\r\n`);
  const text = await exchange(gateway.port, `${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  expect(text.startsWith(`HTTP/1.1 ${status}\r\n`)).toBe(true);
  expect(text.endsWith("\r\n\r\n")).toBe(true);
  expect(/content-length: (\d+)/i.exec(text)?.[1]).toBe(length);
  expect(text).not.toMatch(/transfer-encoding/i);
});

test("an answer to HEAD leaves the connection usable", async () => {
  const gateway = answering((request, response) => response.end(request.method === "HEAD" ? undefined : "body"));
  const client = (await RawClient.connect(gateway.port)).write("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.receives("\r\n\r\n");
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.receives("body");
});

test("an answer to an HTTP/1.0 client is not chunked", async () => {
  const gateway = answering((_, response) => {
    response.write("one ");
    response.end("two");
  });
  const text = await exchange(gateway.port, "GET / HTTP/1.0\r\n\r\n");
  expect(text).toMatch(/\r\n\r\none two$/);
  expect(text).not.toMatch(/chunked/i);
});

test("an answer's trailers pass", async () => {
  const gateway = answering((_, response) => {
    response.writeHead(200, { Trailer: "X-Sum" });
    response.write("body");
    response.addTrailers([
      ["X-Sum", "42"],
      ["X-Slipway-Origin", "app"],
    ]);
    response.end();
  });
  const { text, headers, trailers } = await send(gateway.port, "/");
  expect([text, headers.trailer, trailers]).toEqual(["body", "X-Sum", ["X-Sum", "42"]]);
});

test("an answer may announce trailers where none can follow", async () => {
  const gateway = writing("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nContent-Length: 2\r\n\r\nhi");
  expect((await send(gateway.port, "/")).text).toBe("hi");
  expect((await send(gateway.port, "/", { method: "HEAD" })).status).toBe(200);
});

test("the app's early hints and processing notes precede its answer", async () => {
  const gateway = writing(
    "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nX-Slipway-A: 1\r\n\r\n" +
      "HTTP/1.1 103 Early Hints\r\nLink: not a link\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
  );
  const text = await exchange(gateway.port, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  expect(text.split("\r\n").filter((line) => /^(HTTP|Link|x-slipway)/i.test(line))).toEqual([
    "HTTP/1.1 102 Processing",
    "HTTP/1.1 103 Early Hints",
    "Link: </a.css>; rel=preload",
    "HTTP/1.1 200 OK",
  ]);
});

test("an HTTP/1.0 client, which knows no informational answers, gets none", async () => {
  const gateway = writing("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  expect(await exchange(gateway.port, "GET / HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1\.1 200/);
});

test.each([
  ["is not HTTP", "SSH-2.0-OpenSSH\r\n\r\n"],
  [
    "has both a length and chunks",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  ["has a status line that cannot be passed on", "HTTP/1.1 200 O\x01K\r\nContent-Length: 2\r\n\r\nhi"],
  ["has more than 64 KiB of headers", `HTTP/1.1 200 OK\r\nA: ${"a".repeat(70_000)}\r\n\r\n`],
])("an answer that %s becomes a 502", async (_, text) => {
  const gateway = writing(text);
  for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
    const answer = await send(gateway.port, "/", { method: "POST", headers });
    expect([answer.status, answer.message, answer.headers["x-slipway-origin"]]).toEqual([
      502,
      "Bad Gateway",
      "gateway",
    ]);
    expect(JSON.parse(answer.text).error.code).toBe("app_bad_response");
  }
});
