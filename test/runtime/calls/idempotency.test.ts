import { setTimeout as delay } from "node:timers/promises";
import { type FunctionEntry, newCallId, sha256 } from "../../../lib/calls";
import { stopEverything } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
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

const key = (text: string) => ({ "idempotency-key": text });
const large = (letter: string) => [letter.repeat(3_000_000)];

test("the same key and arguments are the same call; it has one record and one message", async () => {
  const first = await gateway.spawn(fn, [1], key("a"));
  await aws.queue(fn.queueUrl).receive(1, 60_000);
  const again = await other.spawn(fn, [1], key("a"));
  expect([again.status, again.body]).toEqual([202, first.body]);
  expect(await aws.queue(fn.queueUrl).receive(1, 1000, undefined, 1)).toEqual([]);
});

test("other arguments are a conflict, and other keys other calls", async () => {
  const first = await gateway.spawn(fn, [1], key("b"));
  const { status, body } = await gateway.spawn(fn, [2], key("b"));
  expect([status, body.error]).toEqual([
    409,
    { code: "idempotency_conflict", message: expect.any(String), call_id: first.body.call_id },
  ]);
  expect((await gateway.spawn(fn, [1], key("c"))).body.call_id).not.toBe(first.body.call_id);
});

test("however many ask at once with one key, on two gateways, it is one call", async () => {
  for (const args of [["small"], large("s")]) {
    const name = `at-once-${args[0]!.length}`;
    const asked = Array.from({ length: args[0]!.length > 10 ? 6 : 20 }, (_, i) =>
      [gateway, other][i % 2]!.spawn(fn, args, key(name)),
    );
    const replies = await Promise.all(asked);
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(replies.map(({ body }) => body.call_id)).size).toBe(1);
    const id: string = replies[0]!.body.call_id;
    const { input } = (await aws.table.get(id))!;
    expect(await aws.payloads.text(id, "in", input)).toBe(JSON.stringify({ args, kwargs: {} }));
  }
}, 60_000);

test("large arguments under a key that is taken change nothing of the call, and the bucket is asked to delete nothing", async () => {
  const first = await gateway.spawn(fn, large("l"), key("large"));
  const again = await gateway.spawn(fn, large("l"), key("large"));
  const conflict = await gateway.spawn(fn, large("m"), key("large"));
  expect([first.status, again.status, conflict.status]).toEqual([202, 202, 409]);
  expect(again.body.call_id).toBe(first.body.call_id);
  const { input } = (await aws.table.get(first.body.call_id))!;
  expect(await aws.payloads.text(first.body.call_id, "in", input)).toBe(
    JSON.stringify({ args: large("l"), kwargs: {} }),
  );
  // IAM would refuse it: see `payloadStatement`.
  expect(aws.s3.seen.filter(({ operation }) => operation.startsWith("DELETE"))).toEqual([]);
});

test("a spawn that was cut short after its key is taken up by whoever asks again", async () => {
  const id = newCallId(fn.tag);
  const payload = JSON.stringify({ args: [7], kwargs: {} });
  const wanted = { callId: id, payloadSha256: sha256(payload), expiresAt: Date.now() / 1000 + 3600 };
  await aws.table.claimKey(`ik#${fn.tag}#${sha256("cut")}`, wanted, 0);
  expect((await gateway.spawn(fn, [7], key("cut"))).body).toEqual({ call_id: id, state: "PENDING" });
  expect(await aws.table.get(id)).toMatchObject({ state: "PENDING" });
});

test("a spawn whose record has no message yet sends one when it is asked for again", async () => {
  aws.sqs.set("failing", "SendMessage");
  const first = gateway.spawn(fn, [8], key("unsent"));
  const { status, body } = await first;
  expect([status, body.error.code]).toEqual([503, "calls_unavailable"]);
  aws.clear();
  const again = await other.spawn(fn, [8], key("unsent"));
  expect([again.status, again.body]).toEqual([202, { call_id: body.error.call_id, state: "PENDING" }]);
  expect(aws.sqs.count("SendMessage")).toBe(1);
});

test("a key's call that has ended is answered with its state", async () => {
  const { body } = await gateway.spawn(fn, [9], key("ended"));
  await gateway.ask("POST", `/v1/calls/${body.call_id}/cancel`);
  expect((await gateway.spawn(fn, [9], key("ended"))).body).toEqual({ call_id: body.call_id, state: "CANCELLED" });
});

test("a replay is answered when the function has all the open calls that it may have", async () => {
  const full = await aws.addFunction({ maxPending: 1 });
  const third = await startCallsGateway(aws, [full]);
  const first = await third.spawn(full, [], key("full"));
  expect((await third.spawn(full, [1], key("next"))).status).toBe(429);
  expect((await third.spawn(full, [], key("full"))).body).toEqual(first.body);
});

test("large arguments of a call that had no place are there when it is asked for again", async () => {
  const full = await aws.addFunction({ maxPending: 1 });
  const third = await startCallsGateway(aws, [full]);
  await third.call(full);
  expect((await third.spawn(full, large("p"), key("place"))).status).toBe(429);
  const [received] = await aws.queue(full.queueUrl).receive(1, 60_000);
  await aws.queue(full.queueUrl).delete(received!.receipt);
  await delay(1100);
  const { status, body } = await third.spawn(full, large("p"), key("place"));
  expect(status).toBe(202);
  const { input } = (await aws.table.get(body.call_id))!;
  expect(await aws.payloads.text(body.call_id, "in", input)).toBe(JSON.stringify({ args: large("p"), kwargs: {} }));
});

test("a key is 1 to 256 characters", async () => {
  expect((await gateway.spawn(fn, [], key(""))).status).toBe(400);
  expect((await gateway.spawn(fn, [], key("k".repeat(257)))).status).toBe(400);
  expect((await gateway.spawn(fn, [], key("k".repeat(256)))).status).toBe(202);
});
