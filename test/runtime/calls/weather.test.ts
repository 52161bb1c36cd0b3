import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { succeedWith } from "./by-hand";
import { type CallsGateway, type Reply, startCallsGateway } from "./calls-gateway";
import type { Front, Weather } from "./front";

let aws: AwsStandIns;
let fn: FunctionEntry;
let gateway: CallsGateway;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  fn = await aws.addFunction();
  gateway = await startCallsGateway(aws, [fn]);
  // The registry is known, and the bundle read.
  await gateway.call(fn);
});
afterAll(stopEverything);
afterEach(() => aws.clear());

const isUnavailable = ({ status, headers, body }: Reply) => {
  expect([status, body.error.code]).toEqual([503, "calls_unavailable"]);
  expect(headers["retry-after"]).toBe("2");
};
const LARGE = ["x".repeat(10_000)];
const items = (key: string) => (passing: { operation: string; body: string }) =>
  passing.operation === "PutItem" && passing.body.includes(key);

test.each<[Weather, "dynamodb" | "sqs" | "s3", string]>([
  ["failing", "dynamodb", "PutItem"],
  ["throttled", "dynamodb", "PutItem"],
  ["lossy", "dynamodb", "PutItem"],
  ["silent", "dynamodb", "PutItem"],
  ["failing", "sqs", "SendMessage"],
  ["throttled", "sqs", "SendMessage"],
  ["lossy", "sqs", "SendMessage"],
  ["silent", "sqs", "SendMessage"],
  ["failing", "s3", "PUT"],
  ["throttled", "s3", "PUT"],
  ["lossy", "s3", "PUT"],
])(
  "a spawn outlasts %s answers of %s to %s",
  async (weather, service, operation) => {
    const front: Front = aws[service];
    front.set(weather, (passing) => passing.operation.startsWith(operation), 3);
    const { status, body } = await gateway.spawn(fn, LARGE, { "idempotency-key": `${weather} ${operation}` });
    expect(status).toBe(202);
    const { input } = (await aws.table.get(body.call_id))!;
    expect(await aws.payloads.text(body.call_id, "in", input)).toBe(JSON.stringify({ args: LARGE, kwargs: {} }));
  },
  30_000,
);

test("an ambiguous send is sent again, and never fails the record", async () => {
  const fresh = await aws.addFunction();
  const own = await startCallsGateway(aws, [fresh]);
  aws.sqs.set("lossy", "SendMessage", 2);
  const id = await own.call(fresh);
  expect(await aws.table.get(id)).toMatchObject({ state: "PENDING" });
  const received = await aws.queue(fresh.queueUrl).receive(10, 60_000);
  expect(received.map(({ message }) => message?.call)).toEqual([id, id, id]);
});

test("an ambiguous record is one call", async () => {
  aws.dynamodb.set("lossy", items("createdAt"), 2);
  const id = await gateway.call(fn);
  expect(await aws.table.get(id)).toMatchObject({ state: "PENDING" });
});

test("with an unreachable table, queue or bucket a spawn is refused within the deadline, and says what may have become of it", async () => {
  const took = async (work: Promise<Reply>) => {
    const began = performance.now();
    const reply = await work;
    expect(performance.now() - began).toBeLessThan(14_000);
    isUnavailable(reply);
    return reply.body.error;
  };
  aws.s3.set("failing");
  aws.sqs.set("silent", "SendMessage");
  const [bucket, queue] = await Promise.all([took(gateway.spawn(fn, LARGE)), took(gateway.spawn(fn))]);
  expect(bucket.call_id).toBeUndefined();
  expect(await aws.table.get(queue.call_id)).toMatchObject({ state: "PENDING" });
  expect((await aws.table.get(queue.call_id))!.sentAt).toBeUndefined();

  aws.clear();
  aws.dynamodb.set("silent");
  const id = queue.call_id;
  const [table, status, cancelled] = await Promise.all([
    took(gateway.spawn(fn)),
    took(gateway.get(`/v1/calls/${id}`)),
    took(gateway.ask("POST", `/v1/calls/${id}/cancel`)),
  ]);
  // What was asked and not answered may have been done.
  expect(table.call_id).toMatch(/^fc-/);
  expect([status.call_id, cancelled.call_id]).toEqual([undefined, undefined]);
  expect(gateway.process.event("calls_error")).toBeUndefined();
}, 60_000);

test("a refusal that stays one is told at once: nothing was accepted", async () => {
  const gone = await startCallsGateway(aws, [fn], { table: "nothing" });
  const began = performance.now();
  const reply = await gone.spawn(fn);
  isUnavailable(reply);
  expect(reply.body.error.call_id).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(4000);
  const line = () => gone.process.log.find(({ event }) => event === "calls_request");
  await until(line, "the request is logged");
  expect(line()!.cause).toMatch(/write the record/);
});

test("with the registry away a function that is known can be called", async () => {
  aws.dynamodb.set("failing", "GetItem");
  expect((await gateway.spawn(fn)).status).toBe(202);
});

test("who waits for a result outlasts a table that is away for a moment", async () => {
  const id = await gateway.call(fn);
  const waiting = gateway.get(`/v1/calls/${id}/result?wait=20`);
  aws.dynamodb.set("failing", "GetItem", 4);
  await succeedWith(aws, id, "1");
  expect((await waiting).body.result).toBe(1);
});

test("a result in a bucket that is away is not there for now", async () => {
  const id = await gateway.call(fn);
  await succeedWith(aws, id, JSON.stringify(LARGE));
  aws.s3.set("failing");
  isUnavailable(await gateway.get(`/v1/calls/${id}/result`));
});

test.each([3_600_000, -3_600_000])("times are on AWS's clock, which is %d ms ahead of the host's", async (aheadMs) => {
  for (const front of [aws.dynamodb, aws.sqs, aws.s3]) front.clockAheadMs = aheadMs;
  const skewed = await startCallsGateway(aws, [fn]);
  const id = await skewed.call(fn);
  const { createdAt, doneBy } = (await aws.table.get(id))!;
  expect(Math.abs(createdAt - (Date.now() + aheadMs))).toBeLessThan(2000);
  expect(doneBy - createdAt).toBe(fn.deadlineMs);
});
