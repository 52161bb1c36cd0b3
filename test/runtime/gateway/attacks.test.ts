import { ANSWERS, ATTACKS, FRAMES, type FrameCase } from "../../attacks/corpus";
import { exchange as attack, HOST } from "../../attacks/exchange";
import { Recorder } from "../../attacks/recorder";
import { complaints } from "../../attacks/verdict";
import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { onStop, RawClient, send, stopEverything, until } from "./loopback";

let recorder: Recorder;
let gateway: GatewayProcess;

beforeAll(async () => {
  recorder = await Recorder.start();
  onStop(() => recorder.stop());
  gateway = await startReadyGateway(recorder);
});

afterAll(stopEverything);

const LEAST: Readonly<Record<keyof typeof ATTACKS, number>> = {
  framing: 60,
  headers: 40,
  chunking: 30,
  paths: 30,
  upgrades: 20,
};

const CLASSES = Object.keys(ATTACKS) as (keyof typeof ATTACKS)[];

test("the corpus has its size, and no two cases of a class have one name", () => {
  for (const name of CLASSES) {
    expect(ATTACKS[name].length).toBeGreaterThanOrEqual(LEAST[name]);
    expect(new Set(ATTACKS[name].map((each) => each.name)).size).toBe(ATTACKS[name].length);
  }
  expect(FRAMES.length).toBeGreaterThanOrEqual(20);
});

describe.each(CLASSES)("%s: the app sees what it may, and nothing else, of", (name) => {
  test.each(ATTACKS[name].map((each, i) => [each.name, each, i] as const))("%s", async (_, each, i) => {
    const outcome = await attack(each, { host: HOST, path: `/${name}/${i}` }, { port: gateway.port, recorder });
    expect(complaints(each, outcome)).toEqual([]);
    if (each.must.kind === "forwarded") return;
    expect(outcome.text).toContain("\r\nx-slipway-origin: gateway\r\n");
    if (each.must.kind !== "answered") expect(outcome.text).toMatch(/\r\nconnection: close\r\n/i);
  });
});

test.each(ANSWERS.map((answer, i) => [answer.name, answer, i] as const))(
  "an app's answer with %s is sound at the client, or 502",
  async (_, answer, i) => {
    recorder.answers.set(`/answers/${i}`, answer);
    const asked = send(gateway.port, `/answers/${i}`);
    if (answer.body === undefined) {
      await expect(asked).rejects.toThrow("aborted");
    } else {
      const { status, text, rawHeaders } = await asked;
      expect(status).toBe(answer.status);
      if (status === 502) expect(JSON.parse(text).error.code).toMatch(/^app_/);
      else expect(text).toBe(answer.body);
      expect(rawHeaders.join("\n")).not.toMatch(/forged|^x-a$|keep-alive\ntimeout=1$|proxy-authenticate|h2c|evil/im);
    }
    expect((await send(gateway.port, "/")).text).toBe("ok");
  },
);

const WEBSOCKET =
  `GET /ws HTTP/1.1\r\nHost: ${HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** A WebSocket to the app, which says again what it hears. */
async function openWebSocket(port: number): Promise<RawClient> {
  const client = (await RawClient.connect(port)).write(WEBSOCKET);
  await client.receives("\r\n\r\n");
  client.text = "";
  return client;
}

async function echoed(client: RawClient, bytes: string): Promise<void> {
  await until(() => client.text.length >= bytes.length || client.isClosed, "the bytes come back");
  expect(client.text === bytes).toBe(true);
}

const named = (cases: readonly FrameCase[]) =>
  cases.map((each) => [each.name, each.frames.toString("latin1")] as const);

test.each(named(FRAMES))("%s: such frames pass both ways, byte for byte", async (_, bytes) => {
  const client = (await openWebSocket(gateway.port)).write(bytes);
  await echoed(client, bytes);
  client.socket.destroy();
});

test("frames pass both ways though every byte of them comes alone", async () => {
  for (const [, bytes] of named(FRAMES).filter(([, each]) => each.length < 40)) {
    const client = await openWebSocket(gateway.port);
    for (let i = 0; i < bytes.length; i++) {
      client.write(bytes[i]!);
      await echoed(client, bytes.slice(0, i + 1));
    }
    client.socket.destroy();
  }
});

test("a frame of 2^64 - 1 bytes takes no memory, announced or come", async () => {
  const { frames } = FRAMES.find(({ name }) => name === "a length of 2^64 - 1")!;
  const clients = await Promise.all(Array.from({ length: 200 }, () => openWebSocket(gateway.port)));
  const before = gateway.residentMiB();
  for (const client of clients) client.write(frames.toString("latin1"));
  for (const client of clients) await echoed(client, frames.toString("latin1"));
  const [pouring] = clients;
  pouring!.socket.removeAllListeners("data");
  let received = 0;
  pouring!.socket.on("data", (text) => {
    received += text.length;
  });
  const piece = Buffer.alloc(1024 * 1024, "x");
  for (let i = 0; i < 64; i++) pouring!.socket.write(piece);
  await until(() => received === 64 * piece.length, "everything comes back");
  expect(gateway.residentMiB() - before).toBeLessThan(80);
  for (const client of clients) client.socket.destroy();
});

test("a draining gateway says goodbye where a frame of the app's ended, nowhere else, and exits whatever they were", async () => {
  const other = await startReadyGateway(recorder, { drain: { deadlineMs: 1500 } });
  const opened = await Promise.all(
    FRAMES.map(async (each) => {
      const client = await openWebSocket(other.port);
      client.write(each.frames.toString("latin1"));
      return { ...each, client, bytes: each.frames.toString("latin1") };
    }),
  );
  for (const { client, bytes } of opened) await echoed(client, bytes);
  other.kill("SIGTERM");
  for (const { name, client, bytes, isBetween } of opened) {
    const text = await client.closes();
    expect([name, text.slice(bytes.length)]).toEqual([name, isBetween ? "\x88\x02\x03\xe9" : ""]);
  }
  expect((await other.exited).code).toBe(0);
  expect([other.event("crash"), other.stderr]).toEqual([undefined, ""]);
});

test("after all of it the gateway has nothing in flight, has not crashed, and the app saw nothing unsound", async () => {
  await gateway.metricIs("slipway_in_flight", 0);
  expect([gateway.event("crash"), gateway.stderr]).toEqual([undefined, ""]);
  const { requests, faults } = recorder.take();
  expect(faults).toEqual([]);
  expect(requests.filter(({ target }) => target.startsWith("/smuggled"))).toEqual([]);
});
