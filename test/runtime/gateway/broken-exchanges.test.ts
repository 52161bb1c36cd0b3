import { once } from "node:events";
import type { Socket } from "node:net";
import { startReadyGateway } from "./gateway-process";
import {
  answerTo,
  collect,
  exchange,
  open,
  RawClient,
  send,
  startApp,
  startRawApp,
  stopEverything,
  until,
} from "./loopback";

afterEach(stopEverything);

test.each([
  ["before the answer", {}, ""],
  ["within the answer", {}, "HTTP/1.1 200 OK\r\n\r\nsome"],
  ["while it uploads a known length", { "content-length": "9" }, ""],
  ["while it uploads chunks", { "transfer-encoding": "chunked" }, ""],
])("a client that goes away %s cancels the request at the app", async (_, headers, answer) => {
  let asked: Socket | undefined;
  const gateway = await startReadyGateway(
    await startRawApp((socket) => {
      socket.once("data", () => {
        asked = socket;
        socket.write(answer);
      });
    }),
  );
  const outgoing = open(gateway.port, "/", { method: "POST", headers });
  const answered = answer === "" ? undefined : once(outgoing, "response");
  outgoing.write("part");
  await until(() => asked, "the app is asked");
  await answered;
  outgoing.destroy();
  await until(() => asked!.closed, "the app sees its client go away");
});

test.each([
  ["with a length", "Content-Length: 9\r\n\r\nsome"],
  ["in chunks", "Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n"],
])("an answer %s that the app breaks off is never complete at the client", async (_, rest) => {
  const gateway = await startReadyGateway(
    await startRawApp((socket) => socket.once("data", () => socket.end(`HTTP/1.1 200 OK\r\n${rest}`))),
  );
  const answer = await answerTo(open(gateway.port, "/"));
  await expect(collect(answer)).rejects.toThrow("aborted");
  // What did arrive is not withheld, and nothing ends it.
  const text = await exchange(gateway.port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(text).toContain("some");
  expect(text).not.toContain("0\r\n\r\n");
});

test("a broken answer resets the connection of an HTTP/1.0 client, to whom its end would mean completeness", async () => {
  let app!: Socket;
  const gateway = await startReadyGateway(
    await startRawApp((socket) => {
      app = socket;
      socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n"));
    }),
  );
  const client = (await RawClient.connect(gateway.port)).write("GET / HTTP/1.0\r\n\r\n");
  const reset = once(client.socket, "error");
  await client.receives("some");
  app.destroy();
  expect((await reset)[0]).toMatchObject({ code: "ECONNRESET" });
});

test("an app that is gone gives a 502 that says who answers", async () => {
  const app = await startApp((_, response) => response.end());
  const gateway = await startReadyGateway(app);
  await app.stop();
  for (const headers of [{}, { "transfer-encoding": "chunked" }]) {
    const answer = await send(gateway.port, "/", { method: "POST", headers });
    expect([answer.status, answer.headers["x-slipway-origin"]]).toEqual([502, "gateway"]);
    expect(JSON.parse(answer.text)).toEqual({
      error: { code: "app_unreachable", message: "The app accepts no connection." },
    });
  }
});

test.each([{ "content-length": "64000000" }, { "transfer-encoding": "chunked" }])(
  "an app that answers before it has read everything is heard, and the connection serves on: %j",
  async (headers) => {
    const gateway = await startReadyGateway(
      await startApp((request, response) => {
        if (request.method === "GET") return void response.end("next");
        response.writeHead(413, { "content-length": 8 }).end("too much");
      }),
    );
    const client = await RawClient.connect(gateway.port);
    const [[name, value]] = Object.entries(headers) as [[string, string]];
    client.write(`POST / HTTP/1.1\r\nHost: a\r\n${name}: ${value}\r\n\r\n`);
    const piece = "x".repeat(64_000);
    const isChunked = name === "transfer-encoding";
    client.write(isChunked ? `fa00\r\n${piece}\r\n` : piece);
    await client.receives("too much");
    for (let sent = 1; sent < 1000; sent++) client.socket.write(isChunked ? `fa00\r\n${piece}\r\n` : piece);
    client.write(`${isChunked ? "0\r\n\r\n" : ""}GET / HTTP/1.1\r\nHost: a\r\n\r\n`);
    await client.receives("next");
  },
);

test.each([
  ["a known length", { "content-length": "20000000" }],
  ["chunks", { "transfer-encoding": "chunked" }],
])("an app that answers an upload of %s and closes without reading it is heard, every time", async (_, headers) => {
  // Closing on unread bytes resets the connection, while the gateway still writes to it.
  const app = await startRawApp((socket) => {
    socket.once("data", () => {
      socket.pause();
      socket.end("HTTP/1.1 413 Payload Too Large\r\nContent-Length: 8\r\n\r\ntoo much", () => socket.destroy());
    });
  });
  const gateway = await startReadyGateway(app);
  const piece = Buffer.alloc(100_000, "x");
  for (let i = 0; i < 30; i++) {
    const outgoing = open(gateway.port, "/", { method: "POST", headers: { ...headers, connection: "keep-alive" } });
    const answered = once(outgoing, "response");
    for (let sent = 0; sent < 200; sent++) outgoing.write(piece);
    const answer = await collect((await answered)[0]);
    outgoing.destroy();
    expect([i, answer.status, answer.text]).toEqual([i, 413, "too much"]);
  }
});

test("an app that dies under an upload without an answer gives a 502", async () => {
  const app = await startRawApp((socket) => socket.once("data", () => socket.resetAndDestroy()));
  const gateway = await startReadyGateway(app);
  for (const headers of [{ "content-length": "20000000" }, { "transfer-encoding": "chunked" }]) {
    const outgoing = open(gateway.port, "/", { method: "POST", headers: { ...headers, connection: "keep-alive" } });
    const answered = once(outgoing, "response");
    for (let sent = 0; sent < 200; sent++) outgoing.write(Buffer.alloc(100_000, "x"));
    const answer = await collect((await answered)[0]);
    outgoing.destroy();
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([502, "app_disconnected"]);
  }
});
