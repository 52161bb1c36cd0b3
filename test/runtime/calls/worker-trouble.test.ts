import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import type { Passing } from "./front";
import { startWorker } from "./worker-executor";
import { isEmptied, reaches, resultOf, spawnCall, stopWorkers } from "./worker-process";

let aws: AwsStandIns;
let fn: FunctionEntry;

beforeAll(async () => {
  aws = await AwsStandIns.start();
});
beforeEach(async () => {
  fn = await aws.addFunction();
});
afterEach(async () => {
  aws.clear();
  await stopWorkers();
});
afterAll(stopEverything);

const isWrite = ({ operation }: Passing) => operation === "UpdateItem";

async function running(own: Parameters<typeof startWorker>[2] = {}) {
  const started = await startWorker(aws, fn, own);
  const id = await spawnCall(aws, fn);
  const run = await started.executor.run();
  return { ...started, id, run };
}

test.each(["failing", "throttled", "silent"] as const)("a result waits for a table that is %s", async (weather) => {
  const { executor, id, run } = await running({ visibilityMs: 30_000 });
  aws.dynamodb.set(weather);
  const asked = aws.dynamodb.seen.length;
  executor.done(run, "kept");
  await until(() => aws.dynamodb.seen.length > asked + 2, "the table is asked");
  aws.dynamodb.set("clear");
  expect(await reaches(aws, id, "SUCCESS", 20_000)).toMatchObject({ attempt: 1, output: { body: '"kept"' } });
  await isEmptied(aws, fn.queueUrl);
});

test("a result that was recorded by a write whose answer was lost is recorded once", async () => {
  const { worker, executor, id, run } = await running();
  aws.dynamodb.set("lossy", ({ body }) => body.includes("finishedAt"), 1);
  executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
  expect(await worker.logged("attempt")).toMatchObject({ state: "SUCCESS" });
  await isEmptied(aws, fn.queueUrl);
});

test("a claim whose answer was lost is a claim all the same", async () => {
  const { executor } = await startWorker(aws, fn);
  aws.dynamodb.set("lossy", isWrite, 1);
  const id = await spawnCall(aws, fn);
  const run = await executor.run();
  expect(run).toMatchObject({ call: id, attempt: 1 });
  executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
});

test("a claim of which nothing is heard is given up, so that the call runs again", async () => {
  const { executor, worker } = await startWorker(aws, fn, { visibilityMs: 1000 });
  // Claims are written and never answered.
  aws.dynamodb.set("lossy", ({ body }) => body.includes("leaseUntil"));
  const id = await spawnCall(aws, fn);
  await worker.logged("table_unreachable");
  aws.dynamodb.set("clear");
  const run = await executor.run(20_000);
  expect(run.call).toBe(id);
  executor.done(run, 1);
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ attempt: run.attempt });
});

test("a result is given up when the lease is lost, and the call runs again though the worker lives on", async () => {
  const { executor, worker, id, run } = await running({ visibilityMs: 1000 });
  aws.dynamodb.set("failing");
  executor.done(run, "lost");
  await until(() => worker.event("attempt_not_recorded") !== undefined, "it is given up", 20_000);
  aws.dynamodb.set("clear");
  const again = await executor.run(20_000);
  expect(again).toMatchObject({ call: id, attempt: 2 });
  executor.done(again, "found");
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ output: { body: '"found"' } });
});

describe("what a worker knows nothing of any more is another one's, though the worker lives on with other calls", () => {
  /** It has one call, beats for it, and receives no others: none that it lets go of comes back to it. */
  async function leaving() {
    const first = await running({ visibilityMs: 1000, drainMs: 60_000 });
    return { ...first, leave: () => first.worker.kill("SIGTERM") };
  }

  test("a call whose result could not be recorded", async () => {
    const { worker, executor, leave } = await leaving();
    const id = await spawnCall(aws, fn);
    const run = await executor.run();
    leave();
    aws.dynamodb.set("failing");
    executor.done(run, "lost");
    await until(() => worker.event("attempt_not_recorded") !== undefined, "it is given up", 20_000);
    aws.dynamodb.set("clear");
    await worker.logged("beats_again");
    const other = await startWorker(aws, fn, { visibilityMs: 1000 });
    expect(await other.executor.run()).toMatchObject({ call: id, attempt: 2 });
  });

  test("a call that it may have claimed", async () => {
    const { worker, leave } = await leaving();
    aws.dynamodb.set("lossy", ({ body }) => body.includes("leaseUntil"));
    const id = await spawnCall(aws, fn);
    await reaches(aws, id, "RUNNING");
    leave();
    await worker.logged("table_unreachable");
    aws.dynamodb.set("clear");
    const other = await startWorker(aws, fn, { visibilityMs: 1000 });
    expect((await other.executor.run()).call).toBe(id);
  });
});

test("a table that is not there uses up few receipts", async () => {
  for (let n = 0; n < 20; n++) await spawnCall(aws, fn);
  aws.dynamodb.set("failing");
  const { worker } = await startWorker(aws, fn, { visibilityMs: 1000, maxInputs: 100 });
  await worker.logged("table_unreachable");
  const polls = aws.sqs.count("ReceiveMessage");
  const start = performance.now();
  await until(() => performance.now() - start > 6000, "a while is over");
  expect(aws.sqs.count("ReceiveMessage") - polls).toBeLessThan(7);
});

test("a queue that fails is asked again, and what it has runs then", async () => {
  const { worker, executor } = await startWorker(aws, fn);
  // The poll that waits already would have the first message.
  executor.done(await spawnCall(aws, fn).then(() => executor.run()), 1);
  aws.sqs.set("failing", "ReceiveMessage");
  executor.done(await spawnCall(aws, fn).then(() => executor.run()), 1);
  const id = await spawnCall(aws, fn);
  await worker.logged("queue_unreachable");
  aws.sqs.set("clear");
  executor.done(await executor.run(20_000), 1);
  await reaches(aws, id, "SUCCESS");
});

test("a call whose message cannot be deleted is not run again", async () => {
  const { executor, id, run } = await running({ visibilityMs: 1000 });
  aws.sqs.set("failing", "DeleteMessage");
  executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
  await until(() => aws.sqs.count("DeleteMessage") > 5, "deleting is tried");
  aws.sqs.set("clear");
  await isEmptied(aws, fn.queueUrl);
  expect(executor.data.lines.filter(({ op }) => op === "run")).toEqual([]);
});

test("a retry whose message cannot be sent runs by the old one", async () => {
  const { executor, id, run } = await running({ visibilityMs: 1000, retries: { maxRetries: 1 } });
  aws.sqs.set("failing", "SendMessage");
  executor.error(run);
  const again = await executor.run(25_000);
  expect(again).toMatchObject({ call: id, attempt: 2 });
  aws.sqs.set("clear");
  executor.done(again, 1);
  await reaches(aws, id, "SUCCESS");
  await isEmptied(aws, fn.queueUrl);
});

test("a large result waits for the bucket", async () => {
  const { executor, id, run } = await running();
  aws.s3.set("failing");
  executor.done(run, "x".repeat(10_000));
  await until(() => aws.s3.seen.length > 2, "the bucket is asked");
  expect((await aws.table.get(id))!.state).toBe("RUNNING");
  aws.s3.set("clear");
  const record = await reaches(aws, id, "SUCCESS");
  expect(await resultOf(aws, record)).toBe(JSON.stringify("x".repeat(10_000)));
});

test("beats that fail end no attempt", async () => {
  const { executor, worker, id, run } = await running();
  aws.dynamodb.set("failing", ({ body }) => body.includes("REMOVE cancels"));
  await worker.logged("beat_failed");
  aws.dynamodb.set("clear");
  await worker.logged("beats_again");
  executor.done(run, 1);
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ attempt: 1 });
});
