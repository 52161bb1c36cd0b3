import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { planted } from "../../chaos/plants";
import { bundle, type GatewayProcess, gatewayConfig, spawnGateway } from "./gateway-process";
import { exchange, onStop, RawClient, send, startApp, startRawApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

/** Where an error is thrown for a request whose target names the place: a text of the bundle, and what of ours it has at hand. */
const PLACES: Record<string, readonly [text: string, request: string]> = {
  arrival: ["const unsound = soundness(request, upgrade);", "request"],
  admission: ["this.admittedAt = performance.now();", "this.request"],
  forwarded: ["if (request.isChunked) request.limitBody(", "request"],
  begun: ["const { drain, metrics } = this.service;", "this.request"],
  data: ["this.lastBytes = chunk.toString(", "this.request"],
  end: ["this.doneAt = performance.now();", "this.request"],
  time: ["this.breakOff(refusal);", "this.request"],
  refusal: ["this.service.gate.leave(this);", "this.request"],
  record: ["const { request, response, arrivedAt, admittedAt, code } = this;", "this.request"],
  tunnel: ['client.off("data", this.hold).off("end", this.destroy);', "this.request"],
};

/** The gateway with an error planted in one place. */
async function startFaulty(place: string, appPort: number): Promise<GatewayProcess> {
  const [text, request] = PLACES[place]!;
  const thrown = `if (${request}.target.includes("fault")) throw new Error("planted");\n`;
  const folder = mkdtempSync(join(tmpdir(), "slipway-faults-"));
  onStop(() => rmSync(folder, { recursive: true }));
  const program = join(folder, "gateway.cjs");
  writeFileSync(program, planted(readFileSync(bundle(), "utf8"), { what: place, changes: [[text, thrown + text]] }));
  const config = await gatewayConfig(appPort, {
    web: { gate: { maxInputs: 1, maxQueued: 10 }, timers: { firstByteMs: 1000 } },
  });
  const gateway = spawnGateway(config, undefined, program);
  await gateway.logged("ready");
  return gateway;
}

/** The fault was told once, with its place, and the gateway serves on with nothing left over. */
async function servesOn(gateway: GatewayProcess): Promise<void> {
  expect((await send(gateway.port, "/sound")).text).toBe("hello");
  await gateway.metricIs("slipway_in_flight", 0);
  await until(async () => (await gateway.metric("slipway_queued")) === 0, "nobody waits");
  const told = gateway.log.filter(({ event }) => event === "request_crashed");
  expect(told).toEqual([expect.objectContaining({ level: "error", message: "planted" })]);
  expect(told[0]!.stack).toMatch(/^Error: planted\n +at .*gateway\.cjs:\d+/);
  expect(gateway.event("crash")).toBeUndefined();
}

const hello = () =>
  startApp((request, response) => {
    if (request.url === "/fault?silent") return;
    response.write("hel");
    response.end("lo");
  });

test.each([
  ["arrives", "arrival", "/fault"],
  ["gets its place", "admission", "/fault"],
  ["has been sent to the app", "forwarded", "/fault"],
  ["is out of time", "time", "/fault?silent"],
])("an error of our own when a request %s is a 500 for that request, and for no other", async (_, place, path) => {
  const gateway = await startFaulty(place, (await hello()).port);
  const client = await RawClient.connect(gateway.port);
  const others = [1, 2, 3].map(() => send(gateway.port, "/sound"));
  const text = await client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).closes();
  expect(text).toMatch(/^HTTP\/1\.1 500 .*x-slipway-origin: gateway.*connection: close.*"code":"internal_error"/is);
  for (const other of others) expect((await other).text).toBe("hello");
  await servesOn(gateway);
  const lines = await gateway.requests(5);
  expect(lines.filter(({ code }) => code === "internal_error")).toEqual([
    expect.objectContaining({ path: "/fault", status: 500, origin: "gateway" }),
  ]);
  const { text: metrics } = await send(gateway.config.listen.loopbackPort, "/metrics");
  expect(metrics).toContain('slipway_refusals_total{code="internal_error"} 1');
});

test("an error of our own in the 500 as well closes the connection", async () => {
  const gateway = await startFaulty("refusal", (await hello()).port);
  expect(await exchange(gateway.port, "GET /fault?silent HTTP/1.1\r\nHost: a\r\n\r\n")).toBe("");
  await servesOn(gateway);
});

test.each([
  ["begins", "begun"],
  ["goes on", "data"],
  ["ends", "end"],
])("an error of our own when an answer %s breaks that answer off, and no other", async (_, place) => {
  const gateway = await startFaulty(place, (await hello()).port);
  const text = await exchange(gateway.port, "GET /fault HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(text).not.toContain("0\r\n\r\n");
  await servesOn(gateway);
  expect((await gateway.requests(2))[0]).toMatchObject({ path: "/fault", code: "internal_error" });
});

test("an error of our own when a request is logged costs its line, and nothing else", async () => {
  const gateway = await startFaulty("record", (await hello()).port);
  expect((await send(gateway.port, "/fault")).text).toBe("hello");
  await servesOn(gateway);
});

test.each([
  ["arrives", "arrival"],
  ["has been sent to the app", "forwarded"],
  ["is agreed to", "tunnel"],
])("an error of our own when an upgrade %s ends that connection on both sides, and no other", async (_, place) => {
  const open = { count: 0 };
  const app = await startRawApp((socket) => {
    open.count++;
    socket.once("close", () => open.count--);
    socket.on("data", (bytes) => {
      if (bytes.includes("Upgrade: echo")) {
        socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      } else {
        socket.end("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
      }
    });
  });
  const gateway = await startFaulty(place, app.port);
  await exchange(gateway.port, "GET /fault HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  await servesOn(gateway);
  await until(() => open.count === 0, "the app's connections are closed");
});
