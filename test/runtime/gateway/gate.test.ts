import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { startReadyGateway } from "./gateway-process";
import { type App, answerTo, collect, open, RawClient, send, startApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

/** An app that answers when it is told to, and knows how many requests are in it. */
class Waiting {
  most = 0;
  private readonly open: ServerResponse[] = [];

  static async start(): Promise<{ app: App; waiting: Waiting }> {
    const waiting = new Waiting();
    const app = await startApp((_, response) => waiting.take(response));
    return { app, waiting };
  }

  get inside(): number {
    return this.open.length;
  }

  answerOne(): void {
    this.open.shift()!.end("answered");
  }

  private take(response: ServerResponse): void {
    this.open.push(response);
    this.most = Math.max(this.most, this.open.length);
    response.once("close", () => {
      const at = this.open.indexOf(response);
      if (at >= 0) this.open.splice(at, 1);
    });
  }
}

test("beyond maxInputs requests wait their turn, beyond maxQueued the newest is refused with Retry-After", async () => {
  const { app, waiting } = await Waiting.start();
  const gateway = await startReadyGateway(app, { web: { gate: { maxInputs: 2, maxQueued: 2 } } });
  const accepted = Array.from({ length: 4 }, () => send(gateway.port, "/"));
  await until(() => waiting.inside === 2, "two are in");
  // The last of the four is queued once a fifth is refused.
  await gateway.metricIs("slipway_queued", 2);
  const refused = await send(gateway.port, "/");
  expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([503, "queue_full"]);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThanOrEqual(1);
  expect(refused.headers["x-slipway-origin"]).toBe("gateway");
  for (let i = 0; i < 4; i++) {
    await until(() => waiting.inside > 0, "one is in");
    waiting.answerOne();
  }
  expect((await Promise.all(accepted)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  expect(waiting.most).toBe(2);
});

test("a request that waits too long for its turn gets 503 queue_timeout and never reaches the app", async () => {
  const { app, waiting } = await Waiting.start();
  const gateway = await startReadyGateway(app, { web: { gate: { maxInputs: 1 }, timers: { queueMs: 50 } } });
  const first = send(gateway.port, "/");
  await until(() => waiting.inside === 1, "one is in");
  const { status, text, headers } = await send(gateway.port, "/");
  expect([status, JSON.parse(text).error.code]).toEqual([503, "queue_timeout"]);
  expect(headers["retry-after"]).toBeDefined();
  waiting.answerOne();
  expect((await first).status).toBe(200);
  expect(app.seen).toBe(1);
});

test("a client that leaves the queue gives up its turn", async () => {
  const { app, waiting } = await Waiting.start();
  const gateway = await startReadyGateway(app, { web: { gate: { maxInputs: 1, maxQueued: 1 } } });
  const first = send(gateway.port, "/first");
  await until(() => waiting.inside === 1, "one is in");
  const leaving = await RawClient.connect(gateway.port);
  leaving.write("GET /leaving HTTP/1.1\r\nHost: a\r\n\r\n");
  await gateway.metricIs("slipway_queued", 1);
  leaving.socket.destroy();
  await gateway.metricIs("slipway_queued", 0);
  const second = send(gateway.port, "/second");
  waiting.answerOne();
  expect((await first).status).toBe(200);
  await until(() => waiting.inside === 1, "the next is in");
  waiting.answerOne();
  expect((await second).status).toBe(200);
  expect(app.seen).toBe(2);
});

test("a place is free as soon as the app is done, though a slow client has most of the answer still to read", async () => {
  const body = randomBytes(600_000);
  const app = await startApp((_, response) => response.end(body));
  const gateway = await startReadyGateway(app, { web: { gate: { maxInputs: 1 } } });
  const slow = await answerTo(open(gateway.port, "/"));
  slow.pause();
  expect((await send(gateway.port, "/")).body.equals(body)).toBe(true);
  slow.resume();
  expect((await collect(slow)).body.equals(body)).toBe(true);
});

test("a WebSocket holds its place until it is closed", async () => {
  const app = await startApp((_, response) => response.end("answered"));
  const { createServer } = await import("node:http");
  const server = createServer((_, response) => response.end("answered"));
  server.on("upgrade", (_, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await app.stop();
  try {
    const { port } = server.address() as { port: number };
    const gateway = await startReadyGateway({ port }, { web: { gate: { maxInputs: 1 } } });
    const client = await RawClient.connect(gateway.port);
    client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello");
    await client.receives("hello");
    const next = send(gateway.port, "/");
    await gateway.metricIs("slipway_queued", 1);
    client.socket.end();
    expect((await next).text).toBe("answered");
  } finally {
    server.close();
  }
});

test("a client that leaves while the app works gives its place back, once the app can know of it", async () => {
  const { app, waiting } = await Waiting.start();
  const gateway = await startReadyGateway(app, { web: { gate: { maxInputs: 1 } } });
  for (let i = 0; i < 20; i++) {
    const leaving = await RawClient.connect(gateway.port);
    leaving.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await until(() => waiting.inside === 1, "it is in");
    const next = send(gateway.port, "/");
    await gateway.metricIs("slipway_queued", 1);
    leaving.socket.resetAndDestroy();
    await until(() => waiting.inside === 1 && app.seen === 2 * (i + 1), "the next is in");
    waiting.answerOne();
    expect((await next).status).toBe(200);
  }
  expect(waiting.most).toBe(1);
});
