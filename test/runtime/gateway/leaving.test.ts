import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { answerTo, collect, onStop, open, RawClient, startApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

const SWITCH = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const GOING_AWAY = "\x88\x02\x03\xe9";

/** A text frame, as a server sends it. */
const frame = (text: string) =>
  text.length < 126 ? `\x81${String.fromCharCode(text.length)}${text}` : `\x81\x7e${bigEndian(text.length)}${text}`;
const bigEndian = (value: number) => String.fromCharCode(value >> 8, value & 255);

interface Link {
  readonly gateway: GatewayProcess;
  readonly client: RawClient;
  readonly app: Socket;
  /** What the app got after the handshake. */
  readonly received: () => string;
}

/** A WebSocket through a gateway, with both of its ends in the test's hands. */
async function connected(drain = { deadlineMs: 4000, quietMs: 50 }, protocol = "websocket"): Promise<Link> {
  const server = createServer();
  const sockets: Socket[] = [];
  server.on("upgrade", (_, socket: Socket) => {
    sockets.push(socket.on("error", () => undefined));
    socket.write(SWITCH.replace("websocket", protocol));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onStop(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const gateway = await startReadyGateway({ port: (server.address() as AddressInfo).port }, { drain });
  const client = await RawClient.connect(gateway.port);
  client.write(
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  await client.receives("\r\n\r\n");
  const app = sockets[0]!;
  let received = "";
  app.on("data", (chunk: Buffer) => {
    received += chunk.toString("latin1");
  });
  return { gateway, client, app, received: () => received };
}

async function terminated(gateway: GatewayProcess): Promise<void> {
  gateway.kill("SIGTERM");
  await gateway.logged("draining");
}

/** A client's Close frame, masked with zeros. */
const ANSWER = "\x88\x82\x00\x00\x00\x00\x03\xe9";

test("a WebSocket is closed with 1001, the client's answer tells the app, and the gateway exits", async () => {
  const { gateway, client, app, received } = await connected();
  app.write(frame("hello"), "latin1");
  await client.receives("hello");
  await terminated(gateway);
  await client.receives(GOING_AWAY);
  client.write(ANSWER);
  await until(() => received() === ANSWER, "the app gets the client's Close");
  app.end();
  await client.closes();
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.event("exit")).toMatchObject({ reason: "drained", cutOff: 0 });
});

test("the Close waits for the end of a frame that is under way, and nothing follows it", async () => {
  const { gateway, client, app } = await connected();
  const long = frame("x".repeat(1000));
  app.write(frame("first") + long.slice(0, 300), "latin1");
  await client.receives("x".repeat(290));
  await terminated(gateway);
  await until(async () => (await gateway.health()).status === 503, "it drains");
  // The jitter is over well before this many health checks.
  const start = performance.now();
  await until(() => performance.now() - start > 2100, "the jitter is over");
  expect(client.text).not.toContain(GOING_AWAY);
  app.write(long.slice(300) + frame("too late"), "latin1");
  await client.receives(GOING_AWAY);
  expect(client.text.endsWith(`\r\n\r\n${frame("first")}${long}${GOING_AWAY}`)).toBe(true);
});

test("a header that is cut in two is followed as well", async () => {
  const { gateway, client, app } = await connected();
  const [one, two] = [frame("y".repeat(200)).slice(0, 3), frame("y".repeat(200)).slice(3)];
  app.write(one, "latin1");
  await client.receives(one);
  app.write(two, "latin1");
  await client.receives("y".repeat(200));
  await terminated(gateway);
  await client.receives(GOING_AWAY);
});

test("a WebSocket that begins while the gateway drains is sent away too", async () => {
  const { gateway, client } = await connected({ deadlineMs: 4000, quietMs: 1500 });
  await terminated(gateway);
  await client.receives(GOING_AWAY);
  const late = await RawClient.connect(gateway.port);
  late.write(
    "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await late.receives(GOING_AWAY);
});

test("of another protocol nothing is known, so its bytes pass untouched until the deadline", async () => {
  const { gateway, client, app } = await connected({ deadlineMs: 600, quietMs: 50 }, "chat/1");
  app.write("HELLO", "latin1");
  await client.receives("HELLO");
  await terminated(gateway);
  expect((await gateway.exited).code).toBe(0);
  await client.closes();
  expect(client.text).not.toContain(GOING_AWAY);
  expect(gateway.event("exit")).toMatchObject({ reason: "drain_deadline", cutOff: 1 });
});

test("events that go on for ever are ended cleanly after a whole one, before the deadline", async () => {
  let sent = 0;
  const app = await startApp((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const timer = setInterval(() => response.write(`data: ${++sent}\n\n`), 10);
    response.once("close", () => clearInterval(timer));
  });
  const gateway = await startReadyGateway(app, { drain: { deadlineMs: 1000, quietMs: 50 } });
  const answer = await answerTo(open(gateway.port, "/"));
  await until(() => sent > 2, "events pass");
  await terminated(gateway);
  const { text } = await collect(answer);
  expect(text).toMatch(/^(data: \d+\n\n)+$/);
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.event("exit")).toMatchObject({ reason: "drained" });
});

test("events in halves are ended after the second half", async () => {
  const app = await startApp((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    let half = false;
    const timer = setInterval(() => {
      half = !half;
      response.write(half ? "data: one " : "event\n\n");
    }, 25);
    response.once("close", () => clearInterval(timer));
  });
  const gateway = await startReadyGateway(app, { drain: { deadlineMs: 1000, quietMs: 50 } });
  const answer = await answerTo(open(gateway.port, "/"));
  await terminated(gateway);
  expect((await collect(answer)).text).toMatch(/^(data: one event\n\n)+$/);
});
