import type { ServerResponse } from "node:http";
import { type GatewayProcess, startGateway, startReadyGateway } from "./gateway-process";
import { answerTo, collect, freePorts, open, RawClient, send, startApp, stopEverything, until } from "./loopback";

afterEach(stopEverything);

const hello = () => startApp((_, response) => response.end("hello"));

/** A gateway in front of an app whose answers the test gives. */
async function holding(drain: { deadlineMs?: number; quietMs?: number } = {}) {
  const held: ServerResponse[] = [];
  const app = await startApp((_, response) => void held.push(response));
  const gateway = await startReadyGateway(app, { drain });
  const ask = async () => {
    const before = held.length;
    const answer = answerTo(open(gateway.port, "/"));
    answer.catch(() => undefined);
    await until(() => held.length > before, "the app has the request");
    return { answer, response: held.at(-1)! };
  };
  return { gateway, ask };
}

async function terminated(gateway: GatewayProcess, signal: NodeJS.Signals = "SIGTERM") {
  gateway.kill(signal);
  await gateway.logged("draining");
}

test.each(["SIGTERM", "SIGINT"] as const)("after %s health fails and new requests are still served", async (signal) => {
  const gateway = await startReadyGateway(await hello(), { drain: { quietMs: 3000 } });
  await terminated(gateway, signal);
  expect(await gateway.health()).toEqual({ status: 503, body: { state: "DRAINING" } });
  expect((await send(gateway.port, "/")).text).toBe("hello");
  expect(gateway.event("draining")).toMatchObject({ signal, inFlight: 0 });
});

test("while draining, a keep-alive connection is closed with its next answer and not before", async () => {
  const gateway = await startReadyGateway(await hello(), { drain: { quietMs: 3000 } });
  const client = (await RawClient.connect(gateway.port)).write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  await client.receives("hello");
  expect(client.text).toContain("Connection: keep-alive");
  await terminated(gateway);
  await gateway.health();
  expect(client.isClosed).toBe(false);
  client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  expect(await client.closes()).toMatch(/Connection: close.*hello$/s);
});

test("a request in flight at SIGTERM is answered in full, its connection closed, and then the gateway exits with 0", async () => {
  const { gateway, ask } = await holding();
  const { answer, response } = await ask();
  await terminated(gateway);
  expect(gateway.event("draining")).toMatchObject({ inFlight: 1 });
  response.write("first ");
  const incoming = await answer;
  expect(incoming.headers.connection).toBe("close");
  response.end("last");
  expect((await collect(incoming)).text).toBe("first last");
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.event("exit")).toMatchObject({ code: 0, reason: "drained", cutOff: 0 });
});

test("the gateway stays while requests come and exits when none has come for quietMs", async () => {
  const gateway = await startReadyGateway(await hello(), { drain: { quietMs: 1000 } });
  await terminated(gateway);
  for (let i = 0; i < 20; i++) expect((await send(gateway.port, "/")).text).toBe("hello");
  const last = performance.now();
  expect((await gateway.exited).code).toBe(0);
  expect(performance.now() - last).toBeGreaterThan(900);
});

test("at the deadline what is left is cut off, counted, and the exit code is still 0", async () => {
  const { gateway, ask } = await holding({ deadlineMs: 300 });
  const first = await ask();
  first.response.write("begun");
  const begun = await first.answer;
  const second = await ask();
  await terminated(gateway);
  expect((await gateway.exited).code).toBe(0);
  await expect(collect(begun)).rejects.toThrow("aborted");
  await expect(second.answer).rejects.toThrow();
  expect(gateway.event("exit")).toMatchObject({ code: 0, reason: "drain_deadline", cutOff: 2 });
});

test("a second SIGTERM changes nothing", async () => {
  const { gateway, ask } = await holding();
  const { answer, response } = await ask();
  await terminated(gateway);
  gateway.kill("SIGTERM");
  gateway.kill("SIGINT");
  await gateway.health();
  response.end("whole");
  expect((await collect(await answer)).text).toBe("whole");
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.log.filter(({ event }) => event === "draining")).toHaveLength(1);
});

test("a client that goes away no longer holds the exit up", async () => {
  const { gateway, ask } = await holding();
  const { answer, response } = await ask();
  response.write("begun");
  await terminated(gateway);
  (await answer).destroy();
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.event("exit")).toMatchObject({ reason: "drained" });
});

test("pipelined requests of a client that went away hold nothing up", async () => {
  const { gateway, ask } = await holding();
  const { answer, response } = await ask();
  const client = (await RawClient.connect(gateway.port)).write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
  await terminated(gateway);
  client.socket.destroy();
  response.end();
  await collect(await answer);
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.event("exit")).toMatchObject({ reason: "drained" });
});

test("a gateway whose app is still starting drains too", async () => {
  const [port] = await freePorts(1);
  const gateway = await startGateway(
    { port: port! },
    { upstream: { ready: { timeoutMs: 600 } }, drain: { quietMs: 1500 } },
  );
  await terminated(gateway);
  expect(await gateway.health()).toMatchObject({ body: { state: "DRAINING" } });
  expect((await gateway.exited).code).toBe(0);
  expect(gateway.event("app_failed_to_start")).toBeUndefined();
});

test("every line of the log is an event with time, level, app and function", async () => {
  const gateway = await startReadyGateway(await hello());
  await terminated(gateway);
  await gateway.exited;
  expect(gateway.log.map(({ event }) => event)).toEqual(["started", "ready", "draining", "exit"]);
  for (const line of gateway.log) {
    expect(line).toMatchObject({ level: "info", app: "acme", function: "web" });
    expect(Number.isNaN(Date.parse(line.time))).toBe(false);
  }
  expect(gateway.stderr).toBe("");
});
