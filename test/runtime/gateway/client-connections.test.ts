import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Serving } from "../../../lib/runtime/gateway/client-connection";
import type { ClientRequest } from "../../../lib/runtime/gateway/client-request";
import type { ClientResponse } from "../../../lib/runtime/gateway/client-response";
import { HttpServer } from "../../../lib/runtime/gateway/http-server";
import { exchange, onStop, RawClient, stopEverything, until } from "./loopback";

afterEach(stopEverything);

/** A time for headers that is a moment; elsewhere a busy machine may need more. */
const SOON = { headersTimeoutMs: 240 };

/** The server alone. */
async function listen(serve: Serving["serve"], times: Partial<Serving> = {}): Promise<number> {
  const server = new HttpServer({ keepAliveMs: 10_000, headersTimeoutMs: 10_000, ...times, serve });
  server.listen(0, "127.0.0.1");
  onStop(() => server.close().closeAllConnections());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function answer(response: ClientResponse, body: string): void {
  response.begin(200, "OK", ["Content-Length", String(body.length)]);
  response.write(Buffer.from(body));
  response.end();
}

const echo: Serving["serve"] = (request, response) => answer(response, `${request.target} `);
const get = (target: string, fields = "") => `GET ${target} HTTP/1.1\r\nHost: a\r\n${fields}\r\n`;
const passes = async (ms: number) => {
  const start = performance.now();
  await until(() => performance.now() - start > ms, `${ms} ms pass`);
};

test("five thousand requests in a few packets are answered in their order", async () => {
  const port = await listen(echo);
  const targets = Array.from({ length: 5000 }, (_, i) => `/${i}`);
  const text = await exchange(
    port,
    targets.map((target) => get(target)).join("") + get("/last", "Connection: close\r\n"),
  );
  expect(text.match(/(?<=\r\n\r\n)\/\w+/g)).toEqual([...targets, "/last"]);
});

test("requests that are sent ahead wait where they are, beyond 64 KiB of them, and are served in their turn", async () => {
  let first!: { request: ClientRequest; response: ClientResponse };
  let served = 0;
  const port = await listen((request, response) => {
    served++;
    if (request.target === "/first") first = { request, response };
    else answer(response, "x");
  });
  const client = (await RawClient.connect(port)).write(get("/first") + get("/next").repeat(100_000));
  client.write(get("/last", "Connection: close\r\n"));
  await until(() => first, "the first is served");
  await passes(200);
  expect(served).toBe(1);
  expect(first.request.arrival.passed).toBeLessThan(300_000);
  answer(first.response, "first");
  const text = await client.closes(20_000);
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(100_002);
  expect(text).toMatch(/\r\n\r\nfirstHTTP/);
}, 30_000);

test("a client that leaves with requests sent ahead is noticed", async () => {
  let isClosed = false;
  const port = await listen((_, response) => response.onClose(() => (isClosed = true)));
  const client = (await RawClient.connect(port)).write(get("/first") + get("/next"));
  await passes(50);
  client.socket.destroy();
  await until(() => isClosed, "the answer is nobody's any more");
});

test("a small answer leaves in one packet, its chunks too", async () => {
  const port = await listen((_, response) => {
    response.begin(200, "OK", ["Date", "now"]);
    response.write(Buffer.from("a"));
    response.write(Buffer.from("bc"));
    response.end(["X-Sum", "1"]);
  });
  const client = await RawClient.connect(port);
  const pieces: string[] = [];
  client.socket.on("data", (piece) => pieces.push(String(piece)));
  client.write(get("/"));
  await client.receives("X-Sum");
  expect(pieces).toEqual([
    "HTTP/1.1 200 OK\r\nDate: now\r\nConnection: keep-alive\r\nKeep-Alive: timeout=10\r\nTransfer-Encoding: chunked\r\n\r\n" +
      "1\r\na\r\n2\r\nbc\r\n0\r\nX-Sum: 1\r\n\r\n",
  ]);
});

test("a client that never begins a request has as long as one that never ends a header", async () => {
  const port = await listen(echo, SOON);
  for (const bytes of ["", "\r\n", "GET / HTTP/1.1\r\nX: "]) {
    expect(await (await RawClient.connect(port)).write(bytes).closes(3000)).toMatch(/^HTTP\/1\.1 408 /);
  }
});

test("the header of a later request has no more time than that of the first", async () => {
  const client = (await RawClient.connect(await listen(echo, SOON))).write(get("/first"));
  await client.receives("/first");
  await passes(500);
  client.write("GET / HTTP/1.1\r\n");
  expect(await client.closes(3000)).toMatch(/\/first HTTP\/1\.1 408 /);
});

test("empty lines do not keep an idle connection open", async () => {
  const client = (await RawClient.connect(await listen(echo, { keepAliveMs: 100 }))).write(get("/"));
  const lines = setInterval(() => client.write("\r\n"), 50);
  onStop(() => clearInterval(lines));
  const start = performance.now();
  await client.closes(5000);
  expect(performance.now() - start).toBeGreaterThan(1000);
});

test("the rest of a body whose request is answered may take long, but not stop", async () => {
  const port = await listen(echo, { ...SOON, keepAliveMs: 100 });
  const client = (await RawClient.connect(port)).write(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n`);
  for (let sent = 0; sent < 20; sent++) {
    client.write("x");
    await passes(100);
  }
  client.write(get("/b"));
  await client.receives("/b");
  const other = (await RawClient.connect(port)).write(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nx`);
  expect(await other.closes(5000)).toMatch(/\/a $/);
});

test("a client that ends its side gets what was written, and is gone for what was not", async () => {
  const responses: ClientResponse[] = [];
  const port = await listen((_, response) => responses.push(response));
  const client = (await RawClient.connect(port)).write(get("/"));
  await until(() => responses.length === 1, "it is served");
  responses[0]!.begin(200, "OK", []);
  responses[0]!.write(Buffer.from("some"));
  client.socket.end();
  expect(await client.closes()).toMatch(/4\r\nsome\r\n$/);
  expect([responses[0]!.isClosed, responses[0]!.isEnded]).toEqual([true, false]);
});

test("a body that nobody takes yet waits here up to 64 KiB, and in the client beyond", async () => {
  let asked!: { request: ClientRequest; response: ClientResponse };
  const port = await listen((request, response) => {
    asked = { request, response };
  });
  const length = 20_000_000;
  const client = (await RawClient.connect(port)).write(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${"x".repeat(length)}`,
  );
  await until(() => asked, "it is served");
  await passes(200);
  expect(asked.request.arrival.passed).toBeLessThan(300_000);
  let taken = 0;
  asked.request.take({
    data: (chunk) => {
      taken += chunk.length;
    },
    end: () => answer(asked.response, "all"),
  });
  await client.receives("all");
  expect(taken).toBe(length);
});
