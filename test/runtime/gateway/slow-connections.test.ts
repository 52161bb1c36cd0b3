import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, type Socket } from "node:net";
import { createDataServer } from "../../../lib/runtime/gateway/data";
import { createLog } from "../../../lib/runtime/gateway/log";
import { Output } from "../../../lib/runtime/gateway/output";
import { createService } from "../../../lib/runtime/gateway/service";
import { gatewayConfig, startReadyGateway } from "./gateway-process";
import { onStop, RawClient, send, startApp, startRawApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

const hello = () => startApp((request, response) => request.resume().once("end", () => response.end("hello")));

/** Fewer than Node lets wait to be accepted (511): the kernel drops what comes beyond, and the client tries again later. */
const AT_ONCE = 256;

/** Connections that have sent the same bytes and wait. */
async function hold(port: number, count: number, bytes: string): Promise<Socket[]> {
  const open = async () => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => undefined);
    onStop(() => socket.destroy());
    await once(socket, "connect");
    return socket;
  };
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const some = Math.min(AT_ONCE, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: some }, open))));
  }
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(bytes, resolve))));
  return sockets;
}

const START = "GET / HTTP/1.1\r\nHost: a\r\n";

test.each([
  ["one long header", `${START}X: ${"y".repeat(60_000)}`],
  ["thousands of short headers", `${START}${"X: yy\r\n".repeat(15_000)}`],
])(
  "300 clients that never end %s take less than 90 MiB together, and others are served",
  async (_, bytes) => {
    const gateway = await startReadyGateway(await hello());
    await send(gateway.port, "/");
    const before = gateway.residentMiB();
    await hold(gateway.port, 300, bytes);
    expect((await send(gateway.port, "/")).text).toBe("hello");
    expect(gateway.peakResidentMiB() - before).toBeLessThan(90);
  },
  60_000,
);

test("connections beyond 2000 more than can be served or wait are closed at once, and counted", async () => {
  const gateway = await startReadyGateway(await hello(), { web: { gate: { maxInputs: 1, maxQueued: 0 } } });
  const sockets = await hold(gateway.port, 2001, START);
  const late = await RawClient.connect(gateway.port);
  expect(await late.closes()).toBe("");
  expect(await gateway.metric("slipway_dropped_connections_total")).toBe(1);
  sockets[0]!.destroy();
  await until(
    async () => (await send(gateway.port, "/").catch(() => undefined))?.text === "hello",
    "one may come again",
  );
}, 60_000);

test("a header that comes byte by byte has no more time than one that does not come", async () => {
  const config = await gatewayConfig((await hello()).port);
  const output = new Output(() => undefined);
  const service = createService(config, { output, log: createLog(output, {}), onLiveness: () => undefined });
  await service.readiness.settle();
  const server = createDataServer(service, 240);
  server.listen(0);
  onStop(async () => {
    server.close().closeAllConnections();
    await service.upstream.close();
  });
  const client = (await RawClient.connect((server.address() as AddressInfo).port)).write(`${START}X: `);
  const trickle = setInterval(() => client.write("y"), 10);
  onStop(() => clearInterval(trickle));
  expect(await client.closes(2000)).toMatch(/^HTTP\/1\.1 408 .*request_timeout/s);
});

test("a body that comes byte by byte ends with the limit of the whole request", async () => {
  const gateway = await startReadyGateway(await hello(), { web: { timers: { idleMs: 200, totalMs: 600 } } });
  const client = await RawClient.connect(gateway.port);
  client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  const trickle = setInterval(() => client.write("y"), 20);
  onStop(() => clearInterval(trickle));
  expect(await client.closes(5000)).toMatch(/^HTTP\/1\.1 504 .*connection: close.*total_timeout/is);
  await gateway.metricIs("slipway_in_flight", 0);
});

test.each([
  ["early hints", `103 Early Hints\r\nLink: </${"a".repeat(1000)}>`, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"],
  [
    "a 100 over and over",
    `100 Continue\r\nX: ${"a".repeat(10)}`,
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
  ],
])(
  "%s that a client does not read take no memory, and the answer comes behind those that it was sent",
  async (_, hint, ask) => {
    const hints = `HTTP/1.1 ${hint}\r\n\r\n`.repeat(Math.ceil(1_000_000 / hint.length));
    let sent = 0;
    const app = await startRawApp((socket) => {
      const pour = () => {
        while (sent < 100) {
          sent++;
          if (!socket.write(hints)) return void socket.once("drain", pour);
        }
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
      };
      socket.once("data", pour);
    });
    const gateway = await startReadyGateway(app);
    const before = gateway.residentMiB();
    const client = await RawClient.connect(gateway.port);
    client.socket.pause();
    client.write(ask);
    await until(() => sent === 100, "the app has sent all", 30_000);
    expect(gateway.residentMiB() - before).toBeLessThan(60);
    client.socket.resume();
    await client.receives("hello");
    expect(client.text).toMatch(/^HTTP\/1\.1 10[03] /);
  },
  60_000,
);
