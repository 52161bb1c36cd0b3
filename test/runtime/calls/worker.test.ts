import type { FunctionEntry } from "../../../lib/calls";
import { CLOCK_SLACK_MS } from "../../../lib/calls/transitions";
import { send, stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { startWorker } from "./worker-executor";
import { isEmptied, reaches, recordCall, resultOf, spawnCall, stopWorkers } from "./worker-process";

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

test("a call runs, its result is recorded, and its message deleted", async () => {
  const { worker, executor } = await startWorker(aws, fn);
  const id = await spawnCall(aws, fn, [1, "two"]);
  const run = await executor.run();
  expect(run).toMatchObject({ call: id, attempt: 1, args: [1, "two"], kwargs: {} });
  expect(await reaches(aws, id, "RUNNING")).toMatchObject({ attempt: 1, deliveries: 1 });
  executor.done(run, { answer: 42 });
  const record = await reaches(aws, id, "SUCCESS");
  expect(await resultOf(aws, record)).toBe('{"answer":42}');
  await isEmptied(aws, fn.queueUrl);
  expect(await worker.logged("attempt")).toMatchObject({ call: id, attempt: 1, state: "SUCCESS" });
});

test("numbers pass as they were written, both ways", async () => {
  const { executor } = await startWorker(aws, fn);
  const id = await recordCall(aws, fn, '{"kwargs": {"x": 1.0},\n "args": [12345678901234567890]}');
  await aws.queue(fn.queueUrl).send({ call: id });
  const raw: string[] = [];
  executor.data.socket.on("data", (chunk) => raw.push(chunk.toString()));
  const { call, attempt } = await executor.run();
  expect(raw.join("")).toContain('"args":[12345678901234567890],"kwargs":{"x": 1.0}}\n');
  executor.data.say(`{"op":"done","result":[1.0,12345678901234567890],"call":"${call}","attempt":${attempt}}\n`);
  expect(await resultOf(aws, await reaches(aws, id, "SUCCESS"))).toBe("[1.0,12345678901234567890]");
});

test.each([
  ["of 3 KB, as an item", 3000, "item"],
  ["of 20 KB, as an object", 20_000, "s3"],
])("a result %s", async (_, length, where) => {
  const { executor } = await startWorker(aws, fn);
  const id = await spawnCall(aws, fn);
  executor.done(await executor.run(), "x".repeat(length));
  const record = await reaches(aws, id, "SUCCESS");
  expect(record.output).toMatchObject({ in: where });
  expect(await resultOf(aws, record)).toBe(JSON.stringify("x".repeat(length)));
});

test("no more calls are taken than there are slots, and others may have the rest", async () => {
  const { executor } = await startWorker(aws, fn, { maxInputs: 2 });
  const ids = await Promise.all([1, 2, 3, 4].map((n) => spawnCall(aws, fn, [n])));
  const runs = [await executor.run(), await executor.run()];
  const other = await startWorker(aws, fn, { maxInputs: 2 });
  const otherRuns = [await other.executor.run(), await other.executor.run()];
  expect([...runs, ...otherRuns].map(({ call }) => call).sort()).toEqual([...ids].sort());
  expect(executor.data.lines).toEqual([]);
  for (const run of runs) executor.done(run, 1);
  for (const run of otherRuns) other.executor.done(run, 1);
  for (const id of ids) await reaches(aws, id, "SUCCESS");
  await isEmptied(aws, fn.queueUrl);
});

test("an error is the call's end when there are no retries", async () => {
  const { worker, executor } = await startWorker(aws, fn);
  const id = await spawnCall(aws, fn);
  executor.error(await executor.run());
  const record = await reaches(aws, id, "FAILURE");
  expect(record).toMatchObject({ error: { type: "ValueError", message: "no", traceback: "in f" } });
  await isEmptied(aws, fn.queueUrl);
  expect(await worker.logged("attempt")).toMatchObject({ state: "FAILURE" });
  expect(JSON.stringify(worker.log)).not.toContain("ValueError");
});

test("an error is retried after its delay, by a new message, as often as may be", async () => {
  const { worker, executor } = await startWorker(aws, fn, {
    retries: { maxRetries: 1, initialDelayMs: 2000, maxDelayMs: 2000 },
  });
  const id = await spawnCall(aws, fn);
  executor.error(await executor.run());
  const start = performance.now();
  const between = await reaches(aws, id, ({ state, sentAt }) => state === "PENDING" && sentAt !== undefined);
  expect(between).toMatchObject({ retried: 1, deliveries: 0, notBefore: expect.any(Number) });
  const second = await executor.run();
  expect(performance.now() - start).toBeGreaterThan(2000 - CLOCK_SLACK_MS);
  expect(second).toMatchObject({ call: id, attempt: 2 });
  executor.error(second, "KeyError");
  expect(await reaches(aws, id, "FAILURE")).toMatchObject({ error: { type: "KeyError" }, attempt: 2 });
  await isEmptied(aws, fn.queueUrl);
  const states = () => worker.log.filter(({ event }) => event === "attempt").map(({ state }) => state);
  await until(() => states().length === 2, "both attempts are logged");
  expect(states()).toEqual(["RETRY", "FAILURE"]);
});

test("a traceback that no record could hold is cut", async () => {
  const { executor } = await startWorker(aws, fn);
  const id = await spawnCall(aws, fn);
  const error = { type: "E".repeat(1000), message: "m".repeat(100_000), traceback: `${"t".repeat(800_000)}last` };
  executor.answer("error", await executor.run(), { error });
  const record = await reaches(aws, id, "FAILURE");
  expect(record.error!.message.length).toBe(4000);
  expect(record.error!.traceback).toMatch(/^…t+last$/);
});

test("what a worker has done is on the loopback port", async () => {
  const { config, executor, worker } = await startWorker(aws, fn, { maxInputs: 3 });
  await spawnCall(aws, fn);
  executor.done(await executor.run(), 1);
  await worker.logged("attempt");
  await spawnCall(aws, fn);
  await executor.run();
  const { text } = await send(config.listen.loopbackPort, "/metrics");
  expect(text).toContain("slipway_worker_slots 3");
  expect(text).toContain("slipway_worker_running 1");
  expect(text).toContain('slipway_attempts_total{state="SUCCESS"} 1');
});

test("what the executor says of a call's output is logged with the call", async () => {
  const { worker, executor } = await startWorker(aws, fn);
  await spawnCall(aws, fn);
  const { call, attempt } = await executor.run();
  executor.data.say({ op: "log", call, attempt, stream: "stderr", line: "hello" });
  expect(await worker.logged("call_output")).toMatchObject({ call, attempt, stream: "stderr", line: "hello" });
});
