import { readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { dirname, join } from "node:path";
import { type FunctionEntry, newCallId } from "../../../lib/calls";
import type { SecretPair } from "../../../lib/tokens/secret-pair";
import { planted } from "../../chaos/plants";
import { bundle } from "../gateway/gateway-process";
import {
  answerTo,
  collect,
  exchange,
  onStop,
  open,
  RawClient,
  send,
  startApp,
  stopEverything,
  until,
} from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { succeedWith } from "./by-hand";
import { GivenCalls } from "./given-calls";
import { PublicGateway, startTokens } from "./public-gateway";

const MIB = 1024 * 1024;

let aws: AwsStandIns;
let fn: FunctionEntry;
let gateway: PublicGateway;
let pair: SecretPair;
let stranger: SecretPair;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  const tokens = await startTokens(aws);
  fn = await aws.addFunction();
  pair = (await tokens.create({ scopes: [`test/acme/${fn.name}`] })).pair;
  stranger = (await tokens.create({ scopes: ["test/acme/other"] })).pair;
  gateway = await PublicGateway.start(aws, [fn]);
});
afterAll(stopEverything);
afterEach(() => aws.clear());

const bearer = ({ keyId, secret }: SecretPair) => ({ Authorization: `Bearer ${keyId}.${secret}` });
const line = (who: SecretPair) => `Host: a\r\nAuthorization: Bearer ${who.keyId}.${who.secret}\r\n`;
const spawnPath = () => `/_slipway/v1/functions/acme/${fn.name}/calls`;
const argsOf = (bytes: number) => JSON.stringify({ args: ["x".repeat(bytes)], kwargs: {} });
const codeIn = (text: string) => JSON.parse(text).error.code;

/** Waits until a look at the call's record has passed by since it was called. */
async function looked(id: string): Promise<void> {
  const before = looksAt(id);
  await until(() => looksAt(id) > before, "the record is looked at");
}
const looksAt = (id: string) => aws.dynamodb.seen.filter(({ body }) => body.includes(id)).length;

/** A request that waits for a call's result, once it does. */
async function wait(at: PublicGateway, id: string) {
  const answer = at.ask("GET", `/v1/calls/${id}/result?wait=50`, { pair });
  await looked(id);
  return { answer };
}

describe("bodies", () => {
  test.each([
    ["a length", (body: string) => ({ "Content-Length": Buffer.byteLength(body) })],
    ["chunks", () => ({ "Transfer-Encoding": "chunked" })],
  ])("large arguments with %s and a large result pass at the pace of both ends", async (_, framing) => {
    const body = argsOf(3 * MIB);
    const headers = { ...bearer(pair), ...framing(body) };
    const spawned = await send(gateway.port, spawnPath(), { method: "POST", headers, body });
    expect(spawned.status).toBe(202);
    const { call_id } = JSON.parse(spawned.text);
    const { input } = (await aws.table.get(call_id))!;
    expect(await aws.payloads.text(call_id, "in", input)).toBe(body);
    const result = JSON.stringify("y".repeat(3 * MIB));
    await succeedWith(aws, call_id, result);
    const answer = await send(gateway.port, `/_slipway/v1/calls/${call_id}/result`, { headers: bearer(pair) });
    expect(answer.text).toBe(`{"call_id":"${call_id}","state":"SUCCESS","result":${result}}`);
  });

  test.each([
    ["a length", { "Content-Length": 3 * MIB }],
    ["chunks", { "Transfer-Encoding": "chunked" }],
  ])("one beyond maxRequestBody is 413, with %s", async (_, framing) => {
    const strict = await PublicGateway.start(aws, [fn], { web: { maxBodyBytes: 2 * MIB } });
    const headers = { ...bearer(pair), ...framing };
    const outgoing = open(strict.port, spawnPath(), { method: "POST", headers });
    const answer = answerTo(outgoing);
    outgoing.end(Buffer.alloc(3 * MIB, "{"));
    const { status, text } = await collect(await answer);
    expect([status, codeIn(text)]).toEqual([413, "body_too_large"]);
  });

  test("one that stops is 408 body_timeout, and its place is given back", async () => {
    const hasty = await PublicGateway.start(aws, [fn], { web: { timers: { idleMs: 80 } } });
    const client = await RawClient.connect(hasty.port);
    client.write(`POST ${spawnPath()} HTTP/1.1\r\n${line(pair)}Content-Length: 100\r\n\r\n{"args":`);
    expect(await client.closes()).toMatch(/^HTTP\/1\.1 408 .*connection: close.*body_timeout/is);
    expect((await hasty.process.requests(1))[0]).toMatchObject({
      status: 408,
      code: "body_timeout",
      origin: "gateway",
    });
  });

  test("one of a client that may not is nobody's, and no request", async () => {
    const inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    const text = await exchange(
      gateway.port,
      `POST ${spawnPath()} HTTP/1.1\r\n${line(stranger)}Content-Length: ${inner.length}\r\n\r\n${inner}` +
        `GET /_slipway/v2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`,
    );
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 403", "HTTP/1.1 404"]);
    expect(gateway.app.seen).toBe(0);
  });

  test("one that is still on its way when its client is refused passes by, and ends the connection", async () => {
    const client = await RawClient.connect(gateway.port);
    client.write(`POST ${spawnPath()} HTTP/1.1\r\n${line(stranger)}Content-Length: ${3 * MIB}\r\n\r\n{`);
    await client.receives("out_of_scope");
    client.write("x".repeat(3 * MIB));
    expect(await client.closes()).toMatch(/^HTTP\/1\.1 403 .*connection: close/is);
  });

  test("a client that waits for 100 Continue hears it when its call is wanted, and the refusal in its place when not", async () => {
    const body = '{"args":[],"kwargs":{}}';
    const ask = async (who: SecretPair) => {
      const headers = { ...bearer(who), Expect: "100-continue", "Content-Length": body.length };
      const outgoing = open(gateway.port, spawnPath(), { method: "POST", headers });
      let isContinued = false;
      outgoing.on("continue", () => {
        isContinued = true;
        outgoing.end(body);
      });
      return [isContinuedAfter(await collect(await answerTo(outgoing))), isContinued];
    };
    const isContinuedAfter = ({ status }: { status: number }) => status;
    expect(await ask(pair)).toEqual([202, true]);
    expect(await ask(stranger)).toEqual([403, false]);
  });
});

describe("connections", () => {
  test("serve one request after the other", async () => {
    const { id } = await new GivenCalls(aws, fn).pending();
    const ask = `GET /_slipway/v1/calls/${id} HTTP/1.1\r\n${line(pair)}`;
    const text = await exchange(gateway.port, `${ask}\r\n${ask}\r\n${ask}Connection: close\r\n\r\n`);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 200"]);
  });

  test("speak nothing but HTTP, in all strictness", async () => {
    const { id } = await new GivenCalls(aws, fn).pending();
    const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n";
    const path = `/_slipway/v1/calls/${id}`;
    expect(await exchange(gateway.port, `GET ${path} HTTP/1.1\r\n${line(pair)}${upgrade}\r\n`)).toMatch(
      /^HTTP\/1\.1 400 .*bad_request/s,
    );
    expect(await exchange(gateway.port, `GET ${path} HTTP/1.1\r\n${line(pair)}Host: b\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(await exchange(gateway.port, `HEAD ${path} HTTP/1.1\r\n${line(pair)}Connection: close\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 405 .*allow: GET.*\r\n\r\n$/is,
    );
    expect(gateway.app.seen).toBe(0);
  });

  test("that do not take a large result are let go", async () => {
    const hasty = await PublicGateway.start(aws, [fn], { web: { timers: { idleMs: 300 } } });
    const { id } = await new GivenCalls(aws, fn).successful(JSON.stringify("y".repeat(30 * MIB)));
    const before = hasty.process.openSockets();
    const client = await RawClient.connect(hasty.port);
    client.socket.pause();
    client.write(`GET /_slipway/v1/calls/${id}/result HTTP/1.1\r\n${line(pair)}\r\n`);
    expect((await hasty.process.requests(1))[0]).toMatchObject({ status: 200, code: "idle_timeout" });
    const [logged] = hasty.process.log.filter(({ event }) => event === "calls_request");
    expect(logged).toMatchObject({ call: id, brokenOff: true });
    await until(() => hasty.process.openSockets() <= before + 1, "both connections are closed");
  });

  test("that hang up in the middle of anything leave the gateway as it was", async () => {
    const { id } = await new GivenCalls(aws, fn).pending();
    const uploads = [
      ["Content-Length: 100", '{"args"'],
      ["Transfer-Encoding: chunked", '5\r\n{"arg'],
      [`Content-Length: ${3 * MIB}`, "{".repeat(2 * MIB)],
    ] as const;
    for (const [framing, body] of uploads) {
      const client = await RawClient.connect(gateway.port);
      client.write(`POST ${spawnPath()} HTTP/1.1\r\n${line(pair)}${framing}\r\nExpect: 100-continue\r\n\r\n`);
      await client.receives("100 Continue");
      client.write(body).socket.resetAndDestroy();
    }
    const waiting = await RawClient.connect(gateway.port);
    waiting.write(`GET /_slipway/v1/calls/${id}/result?wait=50 HTTP/1.1\r\n${line(pair)}\r\n`);
    await looked(id);
    waiting.socket.resetAndDestroy();
    const left = () => gateway.process.log.filter(({ event, status }) => event === "request" && status === 499);
    await until(() => left().length === uploads.length + 1, "they are logged");
    for (const one of left()) expect(one).toMatchObject({ origin: "client" });
    expect(gateway.process.event("calls_error")).toBeUndefined();
    expect(gateway.process.event("request_crashed")).toBeUndefined();
    const looks = looksAt(id);
    expect((await gateway.spawn(fn, pair)).status).toBe(202);
    expect(looksAt(id)).toBe(looks);
  });
});

test("an error of the gateway's own costs the request in which it was thrown, and no other", async () => {
  const text = 'this.timers.enter("serving");';
  const instead = `if (request.target.includes("fault")) throw new Error("planted");\n${text}`;
  // Beside the files that it reads.
  const program = join(dirname(bundle()), `planted.${process.pid}.cjs`);
  writeFileSync(program, planted(readFileSync(bundle(), "utf8"), { what: "serving", changes: [[text, instead]] }));
  onStop(() => rmSync(program));
  const faulty = await PublicGateway.start(aws, [fn], { program });
  const { status, body } = await faulty.ask("GET", "/v1/fault", { pair });
  expect([status, body.error.code]).toEqual([500, "internal_error"]);
  expect(faulty.process.event("request_crashed")).toMatchObject({ message: "planted" });
  expect((await faulty.spawn(fn, pair)).status).toBe(202);
  expect(faulty.process.event("crash")).toBeUndefined();
});

describe("waits", () => {
  test("take no place at the app, and none of the app's requests takes theirs", async () => {
    const held: ServerResponse[] = [];
    const app = await startApp((_, response) => void held.push(response));
    const narrow = await PublicGateway.start(aws, [fn], { app, web: { gate: { maxInputs: 1, maxQueued: 0 } } });
    const { id } = await new GivenCalls(aws, fn).pending();
    const waits = [await wait(narrow, id), await wait(narrow, id), await wait(narrow, id)];
    expect(await narrow.process.metric("slipway_in_flight")).toBe(0);

    const first = send(narrow.port, "/");
    await until(() => held.length === 1, "the app has a request");
    expect((await send(narrow.port, "/")).status).toBe(503);
    expect((await narrow.spawn(fn, pair)).status).toBe(202);
    await succeedWith(aws, id, "1");
    for (const { answer } of waits) expect((await answer).body.result).toBe(1);
    held[0]!.end("done");
    expect((await first).text).toBe("done");
  });

  test("end before the endpoint's requestTimeout, whatever was asked for", async () => {
    const brief = await PublicGateway.start(aws, [fn], { web: { timers: { firstByteMs: 400 } } });
    const { id } = await new GivenCalls(aws, fn).pending();
    const began = performance.now();
    const { status, body } = await brief.ask("GET", `/v1/calls/${id}/result?wait=50`, { pair });
    expect([status, body]).toEqual([202, { call_id: id, state: "PENDING" }]);
    expect(performance.now() - began).toBeGreaterThanOrEqual(200);
  });

  test("end when the task is stopped, with how the call is, and the gateway leaves", async () => {
    const stopped = await PublicGateway.start(aws, [fn], { drain: { deadlineMs: 2000, quietMs: 50 } });
    const { id } = await new GivenCalls(aws, fn).pending();
    const { answer } = await wait(stopped, id);
    stopped.process.kill("SIGTERM");
    const { status, headers, body } = await answer;
    expect([status, body.state, headers.connection]).toEqual([202, "PENDING", "close"]);
    await stopped.process.exited;
    expect(stopped.process.event("exit")).toMatchObject({ code: 0, reason: "drained", cutOff: 0 });
  });
});

test("large arguments that come at once beyond what the gateway has room for are told to come again", async () => {
  const head = `POST ${spawnPath()} HTTP/1.1\r\n${line(pair)}Content-Length: ${3 * MIB}\r\n\r\n{`;
  const holding: RawClient[] = [];
  const ask = () => send(gateway.port, spawnPath(), { method: "POST", headers: bearer(pair), body: argsOf(2 * MIB) });
  for (let i = 0; i < 3; i++) holding.push((await RawClient.connect(gateway.port)).write(head));
  await until(async () => (await ask()).status === 503, "there is no room");
  const refused = await ask();
  expect([codeIn(refused.text), refused.headers["retry-after"]]).toEqual(["calls_busy", "1"]);
  // What is small has room beside them.
  expect((await gateway.spawn(fn, pair)).status).toBe(202);
  expect((await gateway.ask("GET", `/v1/calls/${newCallId(fn.tag)}`, { pair })).status).toBe(404);
  for (const client of holding) client.socket.destroy();
  await until(async () => (await ask()).status === 202, "there is room again");
});
