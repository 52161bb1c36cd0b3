import type { FunctionEntry } from "../../../lib/calls";
import { startGateway } from "../gateway/gateway-process";
import { answerTo, collect, open, send, startApp, stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { type CallsGateway, startCallsGateway } from "./calls-gateway";

let aws: AwsStandIns;
let fn: FunctionEntry;
let small: FunctionEntry;
let full: FunctionEntry;
let gateway: CallsGateway;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  fn = await aws.addFunction();
  small = await aws.addFunction({ maxPayloadBytes: 3_000_000 });
  full = await aws.addFunction({ maxPending: 2 });
  const unknown = { ...fn, name: "unknown" };
  const endpoint = { ...fn, name: "web" };
  await aws.putRegistryItem({
    pk: { S: "fn#acme" },
    sk: { S: "web" },
    v: { N: "1" },
    kind: { S: "asgi" },
    url: { S: "https://acme.example" },
    urls: { L: [{ S: "https://acme.example" }] },
  });
  gateway = await startCallsGateway(aws, [fn, small, full, unknown, endpoint]);
});
afterAll(stopEverything);
afterEach(() => aws.clear());

const callsOf = ({ app, name }: { app: string; name: string }) => `/v1/functions/${app}/${name}/calls`;

test("a spawned call is recorded, its message sent, and its id says whose it is", async () => {
  const { status, headers, body } = await gateway.spawn(fn, [1]);
  expect(status).toBe(202);
  expect(body).toEqual({ call_id: expect.stringMatching(new RegExp(`^fc-${fn.tag}[0-9a-f]{32}$`)), state: "PENDING" });
  expect(headers).toMatchObject({
    location: `/v1/calls/${body.call_id}`,
    "content-type": "application/json",
    "x-slipway-origin": "gateway",
    "cache-control": "no-store",
  });
  expect(await aws.table.get(body.call_id)).toMatchObject({
    state: "PENDING",
    app: fn.app,
    fn: fn.name,
    input: { in: "record", body: '{"args":[1],"kwargs":{}}' },
  });
  const [received] = await aws.queue(fn.queueUrl).receive(1, 1000);
  expect(received!.message).toEqual({
    call: body.call_id,
    notify: {
      url: `http://127.0.0.1:${gateway.process.controlPort}`,
      secret: expect.stringMatching(/^[0-9a-f]{48}$/),
    },
  });
  await until(async () => (await aws.table.get(body.call_id))!.sentAt !== undefined, "the message is marked as sent");
});

test.each([
  ["record", 100],
  ["item", 2000],
  ["s3", 20_000],
  ["s3", 2_500_000],
])("arguments are kept in the %s when they have %d bytes, just as they came", async (place, bytes) => {
  const body = `{ "args": ["${"é".repeat(bytes / 2)}"],\n "kwargs": {"nan": null} }`;
  const { status, body: spawned } = await gateway.ask("POST", callsOf(fn), body);
  expect(status).toBe(202);
  const { input } = (await aws.table.get(spawned.call_id))!;
  expect(input.in).toBe(place);
  expect(await aws.payloads.text(spawned.call_id, "in", input)).toBe(body);
  if (input.in !== "record") expect(input.bytes).toBe(Buffer.byteLength(body));
});

test.each([
  ["", "it is not JSON"],
  ["{", "it is not JSON"],
  ['{"args":[NaN],"kwargs":{}}', "NaN"],
  ["[]", "no object"],
  ["null", "no object"],
  ['{"kwargs":{}}', "args is no array"],
  ['{"args":{},"kwargs":{}}', "args is no array"],
  ['{"args":[]}', "kwargs is no object"],
  ['{"args":[],"kwargs":[]}', "kwargs is no object"],
  ['{"args":[],"kwargs":{},"secret":1}', "other keys"],
])("%j is no call's arguments", async (text, why) => {
  const { status, body } = await gateway.ask("POST", callsOf(fn), text);
  expect([status, body.error.code]).toEqual([400, "invalid_call"]);
  expect(body.error.message).toContain(why);
  expect(JSON.stringify(body)).not.toContain("secret");
});

test("what is not UTF-8 and a large body that is no object are no call's arguments", async () => {
  const bodies = [Buffer.from('{"args":["\xff"],"kwargs":{}}', "latin1"), `[${"1,".repeat(1_000_000)}1]`];
  for (const body of bodies) {
    expect(await gateway.ask("POST", callsOf(fn), body)).toMatchObject({
      status: 400,
      body: { error: { code: "invalid_call" } },
    });
  }
});

test("a function without a grant is refused, and the message names the grant", async () => {
  const { status, body } = await gateway.spawn({ app: "acme", name: "others" });
  expect([status, body.error.code]).toEqual([403, "not_granted"]);
  expect(body.error.message).toContain("grantSpawn");
});

test("a function that is not deployed, and an endpoint that is no function, cannot be called", async () => {
  for (const name of ["unknown", "web"]) {
    const { status, body } = await gateway.spawn({ app: "acme", name });
    expect([status, body.error.code]).toEqual([404, "function_not_found"]);
  }
});

test("a function is found by its name with its kind, and an endpoint with its URLs", async () => {
  expect((await gateway.get("/v1/functions/acme/web")).body).toEqual({
    app: "acme",
    function: "web",
    kind: "asgi",
    url: "https://acme.example",
    urls: ["https://acme.example"],
  });
  expect((await gateway.get(`/v1/functions/acme/${fn.name}`)).body).toEqual({
    app: "acme",
    function: fn.name,
    kind: "function",
    url: null,
    urls: [],
  });
  expect((await gateway.get("/v1/functions/acme/unknown")).body.error.code).toBe("function_not_found");
});

test("arguments beyond maxPayload are refused, whether or not their length was announced", async () => {
  const body = `{"args":["${"x".repeat(3_000_000)}"],"kwargs":{}}`;
  const announced = await gateway.ask("POST", callsOf(small), body);
  expect([announced.status, announced.body.error.code]).toEqual([413, "payload_too_large"]);
  const outgoing = open(gateway.port, callsOf(small), { method: "POST" });
  outgoing.write(body.slice(0, 2_000_000));
  outgoing.end(body.slice(2_000_000));
  const { status, text } = await collect(await answerTo(outgoing));
  expect([status, JSON.parse(text).error.code]).toEqual([413, "payload_too_large"]);
});

test("beyond maxPending a call is refused with the time to ask again", async () => {
  await gateway.call(full);
  await gateway.call(full);
  const { status, headers, body } = await gateway.spawn(full);
  expect([status, body.error.code]).toEqual([429, "too_many_pending"]);
  expect(headers["retry-after"]).toBe("1");
  const [received] = await aws.queue(full.queueUrl).receive(1, 1000);
  await aws.queue(full.queueUrl).delete(received!.receipt);
  await until(async () => (await gateway.spawn(full)).status === 202, "there is a place again");
});

test("unknown paths and methods are told so", async () => {
  for (const path of [
    "/v1/",
    "/v1/calls",
    "/v1/functions/acme",
    "/v1/calls/fc-1/results",
    "/v1/%ff/x",
    "/v2/calls/x",
  ]) {
    const { status, text } = await send(gateway.port, path);
    expect(status).toBe(404);
    if (path.startsWith("/v1")) expect(JSON.parse(text).error.code).toBe("not_found");
  }
  const { status, headers, body } = await gateway.get(callsOf(fn));
  expect([status, headers.allow, body.error.code]).toEqual([405, "POST", "method_not_allowed"]);
});

test("a web page, which reaches the port on a laptop, makes no calls", async () => {
  for (const headers of [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }]) {
    const { status, body } = await gateway.spawn(fn, [], headers as object as Record<string, string>);
    expect([status, body.error.code]).toEqual([403, "not_granted"]);
  }
});

test("a gateway that may make no calls says so", async () => {
  const none = await startCallsGateway(aws, []);
  expect((await none.spawn(fn)).body.error.code).toBe("not_granted");
  const app = await startApp((_, response) => response.end());
  const without = await startGateway(app);
  const { status, text } = await send(without.config.listen.loopbackPort, callsOf(fn), { method: "POST" });
  expect(status).toBe(404);
  expect(text).toContain("grantSpawn");
});

test("who leaves in the middle of a large body leaves nothing behind", async () => {
  const outgoing = open(gateway.port, callsOf(fn), { method: "POST" });
  outgoing.write(`{"args":["${"x".repeat(8_000_000)}`);
  await until(() => aws.s3.seen.length > 0, "the upload begins");
  outgoing.destroy();
  const lines = () => gateway.process.log.filter(({ event, status }) => event === "calls_request" && status === 499);
  await until(() => lines().length > 0, "the request is logged as left");
  await until(() => aws.s3.seen.some(({ operation }) => operation.startsWith("DELETE")), "the upload is taken back");
  expect(aws.dynamodb.count("PutItem")).toBe(0);
  expect(gateway.process.event("calls_error")).toBeUndefined();
});

test("300 MB of arguments pass in little memory", async () => {
  const chunk = Buffer.alloc(1024 * 1024, "x");
  await gateway.spawn(fn);
  const before = gateway.process.residentMiB();
  const outgoing = open(gateway.port, callsOf(fn), { method: "POST" });
  outgoing.write('{"args":["');
  for (let i = 0; i < 300; i++) {
    if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once("drain", resolve));
  }
  outgoing.end('"],"kwargs":{}}');
  const { status, text } = await collect(await answerTo(outgoing));
  expect(status).toBe(202);
  const { input } = (await aws.table.get(JSON.parse(text).call_id))!;
  expect(input).toMatchObject({ in: "s3", bytes: 300 * 1024 * 1024 + 25 });
  const grown = gateway.process.peakResidentMiB() - before;
  console.log(`300 MB: ${Math.round(before)} MiB before, ${Math.round(grown)} MiB more at the most`);
  expect(grown).toBeLessThan(120);
}, 120_000);

test("a line of the log says what was asked and nothing of the arguments", async () => {
  const id = await gateway.call(fn, ["a-secret"]);
  const line = () => gateway.process.log.find(({ call }) => call === id);
  await until(line, "the request is logged");
  expect(line()).toMatchObject({
    event: "calls_request",
    app: "acme",
    function: "web",
    route: "spawn",
    target: `acme/${fn.name}`,
    status: 202,
    requestId: expect.any(String),
  });
  expect(JSON.stringify(gateway.process.log)).not.toContain("a-secret");
});
