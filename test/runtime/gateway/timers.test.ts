import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { startReadyGateway } from "./gateway-process";
import { type Answer, answerTo, open, RawClient, send, startApp, startRawApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

const codeOf = ({ status, text, headers }: Answer) => [
  status,
  JSON.parse(text).error.code,
  headers["x-slipway-origin"],
];

test("an app that does not begin to answer in time is 504 first_byte_timeout, and sees its client go", async () => {
  let left = false;
  const app = await startApp((_, response) =>
    response.once("close", () => {
      left = true;
    }),
  );
  const gateway = await startReadyGateway(app, { web: { timers: { firstByteMs: 1000 } } });
  expect(codeOf(await send(gateway.port, "/"))).toEqual([504, "first_byte_timeout", "gateway"]);
  await until(() => left, "the app sees it");
  expect((await gateway.requests(1))[0]).toMatchObject({ status: 504, code: "first_byte_timeout", origin: "gateway" });
});

test("the time for the first byte begins when the app has the whole request", async () => {
  const app = await startApp((request, response) => request.resume().once("end", () => response.end("whole")));
  const gateway = await startReadyGateway(app, { web: { timers: { firstByteMs: 100, idleMs: 10_000 } } });
  const outgoing = open(gateway.port, "/", { method: "POST", headers: { "content-length": "8" } });
  const answer = answerTo(outgoing);
  const start = performance.now();
  for (let i = 0; i < 8; i++) {
    outgoing.write("x");
    const sent = performance.now();
    await until(() => performance.now() - sent > 30, "the client takes its time");
  }
  expect(performance.now() - start).toBeGreaterThan(200);
  expect((await answer).statusCode).toBe(200);
});

test("an upload that stops is 408 body_timeout and closes the connection", async () => {
  const gateway = await startReadyGateway(await startApp((request) => request.resume()), {
    web: { timers: { firstByteMs: 40, idleMs: 80 } },
  });
  const client = await RawClient.connect(gateway.port);
  const text = await client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf").closes();
  expect(text).toMatch(/^HTTP\/1\.1 408 .*connection: close.*body_timeout/is);
});

test("an answer that falls silent is broken off, so that it does not look whole", async () => {
  const app = await startApp((_, response) => response.write("the first half"));
  const gateway = await startReadyGateway(app, { web: { timers: { idleMs: 80 } } });
  const answer = await answerTo(open(gateway.port, "/"));
  answer.resume();
  await expect(once(answer, "end")).rejects.toThrow("aborted");
  expect((await gateway.requests(1))[0]).toMatchObject({ status: 200, code: "idle_timeout" });
});

test.each([
  ["50 MB", 50_000_000],
  ["8 MB", 8_000_000],
])("a client that does not read an answer of %s is let go", async (_, bytes) => {
  const app = await startApp((_, response) => response.end(Buffer.alloc(bytes)));
  const gateway = await startReadyGateway(app, { web: { timers: { idleMs: 300 }, gate: { maxInputs: 1 } } });
  const before = gateway.openSockets();
  const client = await RawClient.connect(gateway.port);
  client.socket.pause();
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect((await gateway.requests(1))[0]).toMatchObject({ status: 200, code: "idle_timeout" });
  await until(() => gateway.openSockets() <= before, "both connections are closed");
});

test("a client that does not read a tunnel is let go with the limit of the whole request", async () => {
  const app = await startRawApp((socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      socket.write(Buffer.alloc(50_000_000));
    });
  });
  const gateway = await startReadyGateway(app, { web: { timers: { totalMs: 500 } } });
  const client = await RawClient.connect(gateway.port);
  client.socket.pause();
  client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  expect((await gateway.requests(1))[0]).toMatchObject({ status: 101, code: "total_timeout" });
});

test("an answer whose chunks come within the limit goes on for as long as it likes", async () => {
  const app = await startApp((_, response) => {
    let left = 12;
    const timer = setInterval(() => (left-- > 0 ? response.write("x") : response.end()), 25);
    response.once("close", () => clearInterval(timer));
  });
  const gateway = await startReadyGateway(app, { web: { timers: { idleMs: 120 } } });
  expect((await send(gateway.port, "/")).text).toBe("x".repeat(12));
});

test("the whole request has a limit too: 504 before the answer has begun, a break after that", async () => {
  const streaming: ServerResponse[] = [];
  const app = await startApp((request, response) => {
    if (request.url === "/silent") return;
    streaming.push(response);
    const timer = setInterval(() => response.write("x"), 10);
    response.once("close", () => clearInterval(timer));
  });
  const gateway = await startReadyGateway(app, { web: { timers: { totalMs: 150 } } });
  expect(codeOf(await send(gateway.port, "/silent"))).toEqual([504, "total_timeout", "gateway"]);
  const answer = await answerTo(open(gateway.port, "/stream"));
  answer.resume();
  await expect(once(answer, "end")).rejects.toThrow("aborted");
  await until(() => streaming[0]!.closed, "the app sees it");
  expect((await gateway.requests(2))[1]).toMatchObject({ status: 200, code: "total_timeout" });
});

test("a WebSocket is idle for as long as it likes, and ends with the limit of the whole request", async () => {
  const app = await startApp((_, response) => response.end());
  const { port } = app;
  await app.stop();
  const server = (await import("node:http")).createServer().on("upgrade", (_, socket) => {
    socket.on("error", () => undefined);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  try {
    const timers = { firstByteMs: 50, idleMs: 50, totalMs: 400 };
    const gateway = await startReadyGateway({ port }, { web: { timers } });
    const client = await RawClient.connect(gateway.port);
    const start = performance.now();
    client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    await client.closes();
    expect(performance.now() - start).toBeGreaterThan(390);
    expect((await gateway.requests(1))[0]).toMatchObject({ status: 101, code: "total_timeout" });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test.each([
  ["says so", "Content-Length: 2000000"],
  ["comes in chunks", "Transfer-Encoding: chunked"],
])("a body beyond maxRequestBody that %s is 413 and closes the connection", async (_, framing) => {
  const app = await startApp((request, response) => request.resume().once("end", () => response.end()));
  const gateway = await startReadyGateway(app, { web: { maxBodyBytes: 1_000_000 } });
  const client = await RawClient.connect(gateway.port);
  const chunk = framing.startsWith("C") ? "x".repeat(2_000_000) : `1e8480\r\n${"x".repeat(2_000_000)}\r\n0\r\n\r\n`;
  const text = await client.write(`POST / HTTP/1.1\r\nHost: a\r\n${framing}\r\n\r\n${chunk}`).closes();
  expect(text).toMatch(/^HTTP\/1\.1 413 .*connection: close.*body_too_large/is);
});
