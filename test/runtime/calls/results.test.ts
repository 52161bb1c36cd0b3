import { setTimeout as delay } from "node:timers/promises";
import { type FunctionEntry, newCallId, readMessage } from "../../../lib/calls";
import { doneRequest } from "../../../lib/runtime/gateway/calls/done-word";
import { answerTo, open, send, stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { begin, failWith, succeedWith } from "./by-hand";
import { type CallsGateway, startCallsGateway } from "./calls-gateway";

let aws: AwsStandIns;
let fn: FunctionEntry;
let gateway: CallsGateway;
let other: CallsGateway;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  fn = await aws.addFunction();
  [gateway, other] = await Promise.all([startCallsGateway(aws, [fn]), startCallsGateway(aws, [fn])]);
});
afterAll(stopEverything);
afterEach(() => aws.clear());

const result = (id: string, wait?: number | string) =>
  gateway.get(`/v1/calls/${id}/result${wait === undefined ? "" : `?wait=${wait}`}`);

test("a call's status tells what is known of it, and null for the rest", async () => {
  const id = await gateway.call(fn);
  expect((await gateway.get(`/v1/calls/${id}`)).body).toEqual({
    call_id: id,
    app: fn.app,
    function: fn.name,
    state: "PENDING",
    attempt: 0,
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    started_at: null,
    finished_at: null,
    cancel_requested: false,
    error: null,
  });
  await begin(aws, id);
  const { body } = await gateway.get(`/v1/calls/${id}`);
  expect(body).toMatchObject({ state: "RUNNING", attempt: 1, started_at: expect.any(String), finished_at: null });
});

test("an open call's result is not there yet", async () => {
  const id = await gateway.call(fn);
  for (const wait of [undefined, 0, 0.05]) {
    expect(await result(id, wait)).toMatchObject({ status: 202, body: { call_id: id, state: "PENDING" } });
  }
});

test.each([
  ["null", "null"],
  ["a number", "42"],
  ["a text in the record", JSON.stringify("é".repeat(100))],
  ["an item of its own", JSON.stringify({ text: "x".repeat(3000) })],
  ["an object in the bucket", JSON.stringify(["é\n".repeat(50_000)])],
])("a result that is %s comes as it is", async (_, text) => {
  const id = await gateway.call(fn);
  await succeedWith(aws, id, text);
  const { status, headers, body } = await result(id);
  expect([status, headers["content-type"]]).toEqual([200, "application/json"]);
  expect(body).toEqual({ call_id: id, state: "SUCCESS", result: JSON.parse(text) });
});

test("a failed call's result is its error", async () => {
  const id = await gateway.call(fn);
  await failWith(aws, id, "no such file");
  const error = { type: "ValueError", message: "no such file", traceback: "Traceback: ..." };
  expect(await result(id)).toMatchObject({ status: 200, body: { call_id: id, state: "FAILURE", error } });
  expect((await gateway.get(`/v1/calls/${id}`)).body).toMatchObject({ state: "FAILURE", error });
});

test("who waits on any gateway gets the result when it is there", async () => {
  const id = await gateway.call(fn);
  const waiting = [gateway, other].map((one) => one.get(`/v1/calls/${id}/result?wait=20`));
  await delay(300);
  await succeedWith(aws, id, "1");
  for (const { status, body } of await Promise.all(waiting)) expect([status, body.result]).toEqual([200, 1]);
});

test("the worker's word ends the wait at once; it counts once, and only with the message's secret", async () => {
  const id = await gateway.call(fn);
  const received = await aws.queue(fn.queueUrl).receive(10, 60_000);
  const { notify } = received.map(({ body }) => readMessage(body)!).find(({ call }) => call === id)!;
  const say = (secret: string, call = id) => {
    const { url, init } = doneRequest({ ...notify!, secret }, call);
    return fetch(url, init);
  };
  // Late enough that looks are a second apart.
  const waiting = result(id, 20).then((reply) => ({ ...reply, at: performance.now() }));
  await delay(2500);
  expect((await say("0".repeat(48))).status).toBe(404);
  expect((await say("")).status).toBe(404);
  expect((await say(notify!.secret, newCallId(fn.tag))).status).toBe(404);
  await succeedWith(aws, id, "2");
  const saidAt = performance.now();
  expect((await say(notify!.secret)).status).toBe(204);
  expect((await say(notify!.secret)).status).toBe(404);
  const { body, at } = await waiting;
  expect(body.result).toBe(2);
  console.log(`the result came ${Math.round(at - saidAt)} ms after the word`);
});

test("a word that is none is refused", async () => {
  for (const body of ["", "{", "[]", '{"call":1}', `{"call":"${"x".repeat(5000)}"}`]) {
    const sent = { method: "POST", body, headers: { "x-slipway-secret": "0".repeat(48) } };
    expect((await send(gateway.process.controlPort, "/done", sent)).status).toBe(404);
  }
  expect((await send(gateway.process.controlPort, "/wake", { method: "POST" })).status).toBe(404);
});

test("a client that leaves is not looked up for any more", async () => {
  const id = await gateway.call(fn);
  const outgoing = open(gateway.port, `/v1/calls/${id}/result?wait=50`);
  outgoing.end();
  await until(() => aws.dynamodb.seen.filter(({ body }) => body.includes(id)).length > 3, "the call is looked at");
  outgoing.destroy();
  await until(
    () => gateway.process.log.some(({ call, status }) => call === id && status === 499),
    "the client's leaving is logged",
  );
  aws.clear();
  await delay(1500);
  expect(aws.dynamodb.seen.filter(({ body }) => body.includes(id))).toEqual([]);
});

test("a hundred may wait for one call", async () => {
  const id = await gateway.call(fn);
  const waiting = Array.from({ length: 100 }, () => result(id, 30));
  await delay(500);
  await succeedWith(aws, id, "3");
  for (const { body } of await Promise.all(waiting)) expect(body.result).toBe(3);
});

test.each(["-1", "55.1", "soon", "", "NaN", "1e9"])("wait=%s is refused", async (wait) => {
  const { status, body } = await result(newCallId(fn.tag), wait);
  expect([status, body.error.code]).toEqual([400, "invalid_call"]);
});

test("a call that never was is not found; what is no id is no call; another function's is not seen", async () => {
  for (const [id, code, status] of [
    [newCallId(fn.tag), "call_not_found", 404],
    ["fc-1", "invalid_call", 400],
    [newCallId("00000000"), "not_granted", 403],
  ] as const) {
    for (const path of [`/v1/calls/${id}`, `/v1/calls/${id}/result`]) {
      const reply = await gateway.get(path);
      expect([reply.status, reply.body.error.code]).toEqual([status, code]);
    }
    const reply = await gateway.ask("POST", `/v1/calls/${id}/cancel`);
    expect([reply.status, reply.body.error.code]).toEqual([status, code]);
  }
});

test("a call past its retention is gone, though the table still has it", async () => {
  const id = await gateway.call(fn);
  await aws.table.change(id, { expects: {}, set: { expiresAt: Math.floor(Date.now() / 1000) - 10 }, remove: [] });
  for (const path of [`/v1/calls/${id}`, `/v1/calls/${id}/result`]) {
    const { status, body } = await gateway.get(path);
    expect([status, body.error.code]).toEqual([410, "call_expired"]);
  }
});

test("a result that is no longer in the bucket is gone", async () => {
  const id = await gateway.call(fn);
  await succeedWith(aws, id, JSON.stringify("x".repeat(10_000)));
  await aws.removePayload(id, "out#1");
  // A task may not list the bucket: to it S3 does not say that there is none.
  for (const weather of ["clear", "fog"] as const) {
    aws.s3.set(weather);
    const { status, body } = await result(id);
    expect([weather, status, body.error.code]).toEqual([weather, 410, "call_expired"]);
  }
});

test("a large result passes at its reader's pace, in little memory", async () => {
  const id = await gateway.call(fn);
  await succeedWith(aws, id, JSON.stringify("x".repeat(100 * 1024 * 1024)));
  const before = gateway.process.residentMiB();
  const outgoing = open(gateway.port, `/v1/calls/${id}/result`);
  outgoing.end();
  const answer = await answerTo(outgoing);
  answer.pause();
  await delay(1500);
  let bytes = 0;
  for await (const chunk of answer) bytes += chunk.length;
  expect(bytes).toBe(Number(answer.headers["content-length"]));
  const grown = gateway.process.peakResidentMiB() - before;
  console.log(`100 MB: ${Math.round(grown)} MiB more at the most`);
  expect(grown).toBeLessThan(80);
}, 90_000);

test("a pending call that is cancelled ends at once, and who waits for it hears of it", async () => {
  const id = await gateway.call(fn);
  const waiting = result(id, 20);
  await delay(100);
  const { status, body } = await other.ask("POST", `/v1/calls/${id}/cancel`);
  expect([status, body]).toEqual([200, { call_id: id, state: "CANCELLED", cancel_requested: true }]);
  expect((await waiting).body).toMatchObject({ state: "CANCELLED", error: { type: "Cancelled" } });
});

test("a running call that is cancelled is left to its worker, which hears of it; a finished one stays as it is", async () => {
  const id = await gateway.call(fn);
  await begin(aws, id, "its-worker");
  const cancel = () => gateway.ask("POST", `/v1/calls/${id}/cancel`);
  for (let i = 0; i < 2; i++) {
    expect((await cancel()).body).toEqual({ call_id: id, state: "RUNNING", cancel_requested: true });
  }
  expect((await gateway.get(`/v1/calls/${id}`)).body.cancel_requested).toBe(true);
  expect((await aws.table.beat(fn.tag, "its-worker", Date.now(), 2_000_000_000)).cancels).toEqual([id]);
  const done = await gateway.call(fn);
  await succeedWith(aws, done, "1");
  const { body } = await gateway.ask("POST", `/v1/calls/${done}/cancel`);
  expect(body).toEqual({ call_id: done, state: "SUCCESS", cancel_requested: false });
});
