import type { IncomingHttpHeaders } from "node:http";
import { type CallRecord, type Change, cancel, type FunctionEntry, newCallId, writeMessage } from "../../../lib/calls";
import { CLOCK_SLACK_MS } from "../../../lib/calls/transitions";
import { startApp, stopEverything, until } from "../gateway/loopback";
import { AwsStandIns, RETENTION_S } from "./aws-stand-ins";
import { ScriptedExecutor, startWorker } from "./worker-executor";
import { isEmptied, reaches, recordCall, spawnCall, spawnWorker, stopWorkers, workerConfig } from "./worker-process";

let aws: AwsStandIns;
let fn: FunctionEntry;

beforeAll(async () => {
  aws = await AwsStandIns.start();
});
beforeEach(async () => {
  fn = await aws.addFunction();
});
afterEach(async () => {
  await stopWorkers();
  aws.clear();
});
afterAll(stopEverything);

function cancelOf(record: CallRecord): Change {
  const wish = cancel(record, Date.now(), { retentionS: RETENTION_S });
  if (wish.kind === "over") throw new Error("it is over");
  return wish.change;
}

test("a duplicate of a running call's message waits, and is deleted when the call is over", async () => {
  const { executor } = await startWorker(aws, fn, { visibilityMs: 1000 });
  const id = await spawnCall(aws, fn);
  const run = await executor.run();
  await aws.queue(fn.queueUrl).send({ call: id });
  const other = await startWorker(aws, fn, { visibilityMs: 1000 });
  await until(() => aws.sqs.count("ChangeMessageVisibility") >= 6, "both messages are hidden again and again");
  expect([...executor.data.lines, ...other.executor.data.lines]).toEqual([]);
  executor.done(run, 1);
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ attempt: 1 });
  await isEmptied(aws, fn.queueUrl);
});

test("two messages of one call that come together begin one attempt, though the answer to its claim is lost", async () => {
  const id = await spawnCall(aws, fn);
  await aws.queue(fn.queueUrl).send({ call: id });
  aws.dynamodb.set("lossy", ({ operation, body }) => operation === "UpdateItem" && body.includes(id), 1);
  const { executor } = await startWorker(aws, fn, { visibilityMs: 1000 });
  const run = await executor.run();
  expect(run.attempt).toBe(1);
  await until(() => aws.sqs.count("ChangeMessageVisibility") >= 4, "both messages are hidden again and again");
  expect(executor.data.lines).toEqual([]);
  executor.done(run, 1);
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ attempt: 1, deliveries: 1 });
  await isEmptied(aws, fn.queueUrl);
});

test("a message of a call that is over is deleted", async () => {
  const id = await spawnCall(aws, fn);
  await aws.table.change(id, cancelOf((await aws.table.get(id))!));
  const { executor } = await startWorker(aws, fn);
  await isEmptied(aws, fn.queueUrl);
  expect(executor.data.lines).toEqual([]);
});

test("a message of a call that was found to be poison is a dead letter before it is deleted", async () => {
  const id = await spawnCall(aws, fn);
  const error = { type: "PoisonCall", message: "", traceback: "" };
  await aws.table.change(id, { expects: {}, set: { state: "FAILURE", error }, remove: ["nextDue"] });
  await startWorker(aws, fn);
  await isEmptied(aws, fn.queueUrl);
  expect(await aws.queue(fn.dlqUrl).depth()).toBe(1);
});

test("a message without a record is kept, until it is older than any record", async () => {
  const call = newCallId(fn.tag);
  await aws.queue(fn.queueUrl).send({ call });
  const { worker } = await startWorker(aws, fn);
  expect(await worker.logged("record_unknown")).toMatchObject({ call, isPast: false });
  expect(await aws.queue(fn.queueUrl).depth()).toBe(1);

  const other = await aws.addFunction();
  const config = await workerConfig(aws, other, { retentionS: 1 });
  await aws.queue(other.queueUrl).send({ call: newCallId(other.tag) });
  const sentAt = Date.now();
  const late = spawnWorker(config);
  await until(
    () => Date.now() > sentAt + 3000,
    "the retention is over, by the clock of AWS, which tells whole seconds, too",
  );
  await ScriptedExecutor.ready(config.worker.executorSocket);
  expect(await late.logged("record_unknown")).toMatchObject({ isPast: true });
  await isEmptied(aws, other.queueUrl);
});

test.each([
  ["is no JSON", () => "hello"],
  ["is of a later version", () => JSON.stringify({ v: 2, call: newCallId(fn.tag) })],
  ["is about another function's call", () => writeMessage({ call: newCallId("0123abcd") })],
])("a message that %s is a dead letter", async (_, body) => {
  const text = body();
  await aws.queue(fn.queueUrl).sendBody(text);
  const { worker } = await startWorker(aws, fn);
  await worker.logged("message_unknown");
  await isEmptied(aws, fn.queueUrl);
  expect(await aws.queue(fn.dlqUrl).receive(1, 0)).toMatchObject([{ body: text }]);
});

test("a call that is not due yet waits without a worker's slot", async () => {
  const id = await recordCall(aws, fn, '{"args":[],"kwargs":{}}');
  const notBefore = Date.now() + 3000;
  await aws.table.change(id, { expects: {}, set: { notBefore }, remove: [] });
  await aws.queue(fn.queueUrl).send({ call: id });
  const { executor } = await startWorker(aws, fn, { maxInputs: 1 });
  await until(() => aws.sqs.count("ChangeMessageVisibility") > 0, "the message is hidden");
  const sooner = await spawnCall(aws, fn);
  const first = await executor.run();
  expect(first.call).toBe(sooner);
  executor.done(first, 1);
  expect(await executor.run()).toMatchObject({ call: id });
  expect(Date.now()).toBeGreaterThan(notBefore - CLOCK_SLACK_MS);
});

test("who waits for a call is told when it is over, with the secret from its message and nothing of the result", async () => {
  const heard: { path?: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const app = await startApp(async (request, response) => {
    heard.push({
      path: request.url,
      headers: request.headers,
      body: Buffer.concat(await request.toArray()).toString(),
    });
    response.end();
  });
  const { executor } = await startWorker(aws, fn);
  const id = await spawnCall(aws, fn, [], { notify: { url: `http://127.0.0.1:${app.port}`, secret: "s3cret" } });
  executor.done(await executor.run(), "result");
  await until(() => heard.length === 1, "the waiter is told");
  expect(heard[0]).toMatchObject({ path: "/done", body: JSON.stringify({ call: id }) });
  expect(heard[0]!.headers["x-slipway-secret"]).toBe("s3cret");
});

test.each(["http://127.0.0.1:1", "no url"])("a waiter at %s that cannot be told delays nothing", async (url) => {
  const { executor } = await startWorker(aws, fn);
  const id = await spawnCall(aws, fn, [], { notify: { url, secret: "s" } });
  executor.done(await executor.run(), 1);
  await reaches(aws, id, "SUCCESS");
  await isEmptied(aws, fn.queueUrl);
});

test("a message that SQS would soon show whatever is asked is replaced by a fresh one, while its call runs on", async () => {
  for (const front of [aws.dynamodb, aws.sqs]) front.clockAheadMs = 12 * 3_600_000 - 9 * 60_000;
  const id = await spawnCall(aws, fn, [], { startBy: Date.now() + 86_400_000, doneBy: Date.now() + 86_400_000 });
  const { executor } = await startWorker(aws, fn, { visibilityMs: 1000 });
  const run = await executor.run();
  await until(() => aws.sqs.count("DeleteMessage") === 1, "the old message is deleted");
  expect(aws.sqs.count("SendMessage")).toBe(1);
  expect((await aws.table.get(id))!.state).toBe("RUNNING");
  executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
  await isEmptied(aws, fn.queueUrl);
  expect(executor.data.lines.filter(({ op }) => op === "run")).toEqual([]);
});

test("an idle worker does nothing but wait for messages", async () => {
  await startWorker(aws, fn);
  await until(() => aws.sqs.count("ReceiveMessage") === 1, "it polls");
  // Beats would come every 200 ms.
  const start = performance.now();
  await until(() => performance.now() - start > 1500, "a while is over");
  expect([aws.sqs.seen.length, aws.dynamodb.seen.length, aws.s3.seen.length]).toEqual([1, 0, 0]);
});
