import type { RequestListener } from "node:http";
import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { exchange, RawClient, send, startApp, stopEverything, until } from "./loopback";

let gateway: GatewayProcess;
let onExpect: RequestListener;
const targets: string[] = [];

/** The app tells what reached it. */
beforeAll(async () => {
  const app = await startApp(
    async (request, response) => {
      const { method, url, rawHeaders } = request;
      targets.push(url!);
      const { length } = Buffer.concat(await request.toArray());
      response.end(JSON.stringify({ method, url, rawHeaders, length, trailers: request.rawTrailers }));
    },
    { expect: (request, response) => onExpect(request, response) },
  );
  gateway = await startReadyGateway(app);
});

afterAll(stopEverything);

/** What the app told, in a bare body or in a whole answer. */
const told = (text: string) => JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));

test("a request reaches the app with target, method and headers as they were sent: order, case, duplicates, bytes", async () => {
  const text = await exchange(
    gateway.port,
    "PATCH /a//b/%2F/../c?x=%20&x=2 HTTP/1.1\r\nHost: shop.example:81\r\nX-B: 2\r\nx-a: \xe9\r\nX-B: 1\r\n" +
      "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nX-Forwarded-Host: a.example\r\n" +
      "Connection: close\r\n\r\n",
  );
  expect(told(text)).toMatchObject({ method: "PATCH", url: "/a//b/%2F/../c?x=%20&x=2", length: 0 });
  expect(told(text).rawHeaders).toEqual([
    ...["Host", "shop.example:81"],
    ...["X-B", "2", "x-a", "\xc3\xa9", "X-B", "1", "X-Forwarded-For", "1.2.3.4", "X-Forwarded-Proto", "https"],
    ...["X-Forwarded-Port", "443", "X-Forwarded-Host", "a.example", "Content-Length", "0"],
    ...["Connection", "keep-alive"],
  ]);
});

test("a direct caller's request carries its address, the scheme and the port", async () => {
  const { text } = await send(gateway.port, "/");
  const headers = told(text).rawHeaders.join();
  expect(headers).toContain(`X-Forwarded-For,127.0.0.1,X-Forwarded-Proto,http,X-Forwarded-Port,${gateway.port}`);
});

test("a request loses its hop-by-hop and x-slipway headers", async () => {
  const { text } = await send(gateway.port, "/", {
    headers: {
      Connection: "close, x-hop",
      "X-Hop": "1",
      "Keep-Alive": "1",
      "X-Slipway-Call": "fc-1",
      TE: "trailers",
      "Proxy-Authorization": "x",
    },
  });
  expect(text).not.toMatch(/x-hop|x-slipway|keep-alive,1|proxy/i);
  expect(told(text).rawHeaders.join()).toContain("TE,trailers");
});

test("a request with 990 headers passes, one with 1000 or with more than 64 KiB of them gets a 431", async () => {
  const headers = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, "x".repeat(20)]));
  const { text } = await send(gateway.port, "/", { headers: headers(990) });
  expect(told(text).rawHeaders).toEqual(expect.arrayContaining(["h0", "h989"]));

  for (const large of [headers(1000), { a: "x".repeat(66_000) }]) {
    const refused = await send(gateway.port, "/", { headers: large });
    expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([431, "headers_too_large"]);
    expect(refused.headers["x-slipway-origin"]).toBe("gateway");
  }
});

test("what the load balancer lets through reaches the app: a target and a header of 16 KiB each, 60 KiB in all", async () => {
  const path = `/${"p".repeat(16_000)}`;
  const headers = Object.fromEntries(["a", "b", "c"].map((name) => [name, name.repeat(15_000)]));
  const { text } = await send(gateway.port, path, { headers });
  expect(told(text)).toMatchObject({ url: path, rawHeaders: expect.arrayContaining(Object.values(headers)) });
});

test("pipelined requests are answered in order", async () => {
  const line = (path: string, close = "") => `GET ${path} HTTP/1.1\r\nHost: a\r\n${close}\r\n`;
  const text = await exchange(gateway.port, line("/1") + line("/2") + line("/3", "Connection: close\r\n"));
  expect(text.match(/"url":"\/\d"/g)).toEqual(['"url":"/1"', '"url":"/2"', '"url":"/3"']);
});

test("a request's trailers reach the app", async () => {
  const text = await exchange(
    gateway.port,
    "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" +
      "2\r\nhi\r\n0\r\nX-Sum: 42\r\nX-Slipway-A: 1\r\n\r\n",
  );
  expect(told(text)).toMatchObject({ length: 2, trailers: ["X-Sum", "42"] });
});

/** With a Trailer header, which says nothing here, but may not disturb either. */
const ASK = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTrailer: X\r\nExpect: 100-continue\r\n\r\n";

test("a client that expects 100-continue is told to go on when the app says so, not before", async () => {
  let agree!: () => void;
  onExpect = (request, response) => {
    agree = () => {
      response.writeContinue();
      request.on("data", (body) => response.end(`got ${body}`));
    };
  };
  const client = (await RawClient.connect(gateway.port)).write(ASK);
  await until(() => agree, "the app is asked");
  expect(client.text).toBe("");
  agree();
  await client.receives("HTTP/1.1 100 Continue\r\n\r\n");
  client.write("hi");
  expect(await client.closes()).toMatch(/HTTP\/1\.1 200 OK.*got hi/s);
});

test("an app that refuses before the body comes is heard, and the connection is not used again", async () => {
  onExpect = (_, response) => response.writeHead(413).end("too much");
  const text = await exchange(gateway.port, ASK);
  expect(text).toMatch(/^HTTP\/1\.1 413 .*Connection: close.*too much/s);
});

test("another expectation is refused, and nothing after it is served", async () => {
  const text = await exchange(
    gateway.port,
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: gold\r\n\r\nhi" +
      "GET /next HTTP/1.1\r\nHost: a\r\n\r\n",
  );
  expect(text).toMatch(/^HTTP\/1\.1 417 .*Connection: close.*expectation_failed/s);
  expect(targets).not.toContain("/next");
});
