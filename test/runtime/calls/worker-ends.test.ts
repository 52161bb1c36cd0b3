import { cancel, type FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns, RETENTION_S } from "./aws-stand-ins";
import { startWorker } from "./worker-executor";
import { isEmptied, reaches, spawnCall, stopWorkers } from "./worker-process";

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

/** As the calls API does it. */
async function askToCancel(id: string) {
  const record = (await aws.table.get(id))!;
  const wish = cancel(record, Date.now(), { retentionS: RETENTION_S });
  if (wish.kind === "over") return;
  await aws.table.change(id, wish.change);
  if (wish.kind === "ask") await aws.table.askToCancel(fn.tag, wish.owner, id, Math.ceil(Date.now() / 1000) + 60);
}

async function running(own: Parameters<typeof startWorker>[2] = {}) {
  const started = await startWorker(aws, fn, own);
  const id = await spawnCall(aws, fn);
  const run = await started.executor.run();
  return { ...started, id, run };
}

test("a running call is cancelled as soon as the executor says so", async () => {
  const { executor, id, run } = await running({ graceMs: 60_000 });
  await askToCancel(id);
  expect(await executor.cancel()).toMatchObject({ call: id, attempt: 1, reason: "cancelled" });
  expect((await aws.table.get(id))!.state).toBe("RUNNING");
  executor.answer("cancelled", run);
  expect(await reaches(aws, id, "CANCELLED")).toMatchObject({ error: { type: "Cancelled" } });
  await isEmptied(aws, fn.queueUrl);
});

test("a call that does not heed its cancel is recorded CANCELLED when its grace is over, and keeps its slot", async () => {
  const { executor, id, run, worker } = await running({ maxInputs: 1, graceMs: 300 });
  await askToCancel(id);
  await executor.cancel();
  await reaches(aws, id, "CANCELLED");
  await isEmptied(aws, fn.queueUrl);
  const next = await spawnCall(aws, fn);
  // Longer than a worker with a free slot would take.
  const start = performance.now();
  await until(() => performance.now() - start > 500, "a while is over");
  const polls = aws.sqs.count("ReceiveMessage");
  expect(polls).toBe(1);
  executor.done(run, "late");
  expect(await executor.run()).toMatchObject({ call: next });
  expect(aws.sqs.count("ReceiveMessage")).toBeGreaterThan(polls);
  expect((await aws.table.get(id))!.state).toBe("CANCELLED");
  expect(worker.log.filter(({ event }) => event === "attempt")).toHaveLength(1);
});

test("a result that comes before the grace is over is the call's", async () => {
  const { executor, id, run } = await running({ graceMs: 60_000 });
  await askToCancel(id);
  await executor.cancel();
  executor.done(run, "just in time");
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ output: { body: '"just in time"' } });
});

test("a cancelled call that raises instead is not retried", async () => {
  const { executor, id, run } = await running({ retries: { maxRetries: 5 }, graceMs: 60_000 });
  await askToCancel(id);
  await executor.cancel();
  executor.error(run);
  await reaches(aws, id, "FAILURE");
  await isEmptied(aws, fn.queueUrl);
});

test("a cancel whose word was lost on the way is heard all the same", async () => {
  const { executor, id } = await running();
  aws.dynamodb.set("lossy", ({ body }) => body.includes("REMOVE cancels"), 1);
  await askToCancel(id);
  expect(await executor.cancel()).toMatchObject({ call: id });
});

test("a call that is cancelled while it waits for its retry never runs again", async () => {
  const { executor, id, run } = await running({ retries: { maxRetries: 1 } });
  executor.error(run);
  await reaches(aws, id, "PENDING");
  await askToCancel(id);
  expect((await aws.table.get(id))!.state).toBe("CANCELLED");
  await isEmptied(aws, fn.queueUrl);
  expect(executor.data.lines.filter(({ op }) => op === "run")).toEqual([]);
});

test("an attempt's time is over whatever the executor does", async () => {
  const { executor, id, run } = await running({ attemptMs: 500, maxInputs: 1 });
  expect(await executor.cancel()).toMatchObject({ call: id, attempt: 1, reason: "timeout" });
  const record = await reaches(aws, id, "TIMEOUT");
  expect(record.finishedAt! - record.startedAt! - 500).toBeLessThan(2000);
  expect(record.error).toMatchObject({ type: "FunctionTimeout" });
  executor.done(run, "late");
  await spawnCall(aws, fn);
  await executor.run();
  expect((await aws.table.get(id))!.state).toBe("TIMEOUT");
});

test("an attempt has its whole time, however long it took to write that it is claimed", async () => {
  const { executor } = await startWorker(aws, fn, { attemptMs: 60_000 });
  aws.dynamodb.set("failing", ({ body }) => body.includes("leaseUntil"), 2);
  await spawnCall(aws, fn);
  expect((await executor.run()).deadlineMs).toBe(60_000);
});

test("a timeout is retried as an error is, while the executor still has the attempt before", async () => {
  const { executor, id, run } = await running({
    attemptMs: 500,
    retries: { maxRetries: 1, initialDelayMs: 100, maxDelayMs: 100 },
  });
  const second = await executor.run();
  expect(second).toMatchObject({ call: id, attempt: 2 });
  executor.done(run, "of the first");
  executor.done(second, "of the second");
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ output: { body: '"of the second"' } });
});

test("the call's own deadline ends its last attempt", async () => {
  const { executor } = await startWorker(aws, fn, { retries: { maxRetries: 5 } });
  const id = await spawnCall(aws, fn, [], { doneBy: Date.now() + 1000 });
  await executor.run();
  await executor.cancel();
  expect(await reaches(aws, id, "TIMEOUT")).toMatchObject({ error: { message: "the call's deadline is over" } });
  await isEmptied(aws, fn.queueUrl);
});

test("an executor that keeps only what is over is replaced", async () => {
  const { executor, id, worker } = await running({ attemptMs: 200, graceMs: 0, maxInputs: 1 });
  await reaches(aws, id, "TIMEOUT");
  await executor.control.closes(15_000);
  expect(worker.event("executor_keeps_call")).toMatchObject({ call: id });
});

test("a call whose time is over before anybody began it expires", async () => {
  const id = await spawnCall(aws, fn, [], { startBy: Date.now() - 60_000 });
  await startWorker(aws, fn);
  expect(await reaches(aws, id, "EXPIRED")).toMatchObject({ error: { type: "QueueTimeout" } });
  await isEmptied(aws, fn.queueUrl);
});
