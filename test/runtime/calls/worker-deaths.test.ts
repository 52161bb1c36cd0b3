import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { ScriptedExecutor, startWorker } from "./worker-executor";
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

const VISIBILITY_MS = 2000;

async function running(own: Parameters<typeof startWorker>[2] = {}) {
  const started = await startWorker(aws, fn, { visibilityMs: VISIBILITY_MS, ...own });
  const id = await spawnCall(aws, fn);
  const run = await started.executor.run();
  return { ...started, id, run };
}

test("a dead worker's call runs again within its visibility and 5 s", async () => {
  const dead = await running();
  const other = await startWorker(aws, fn);
  const start = performance.now();
  dead.worker.kill("SIGKILL");
  const run = await other.executor.run();
  expect(performance.now() - start).toBeLessThan(VISIBILITY_MS + 5000);
  expect(run).toMatchObject({ call: dead.id, attempt: 2 });
  other.executor.done(run, 1);
  expect(await reaches(aws, dead.id, "SUCCESS")).toMatchObject({ attempt: 2 });
  await isEmptied(aws, fn.queueUrl);
});

test("a living worker keeps its call for many times its visibility", async () => {
  const { executor, id, run } = await running({ visibilityMs: 1000 });
  const other = await startWorker(aws, fn, { visibilityMs: 1000 });
  await until(
    () => aws.sqs.count("ChangeMessageVisibility") >= 9,
    "the message is kept for three times its visibility",
  );
  expect(other.executor.data.lines).toEqual([]);
  executor.done(run, 1);
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ attempt: 1 });
});

test("a worker that stood still beyond its lease cannot record its late result", async () => {
  const { worker, executor, id, run } = await running();
  const other = await startWorker(aws, fn);
  worker.kill("SIGSTOP");
  executor.done(run, "of the first");
  const second = await other.executor.run();
  expect(second).toMatchObject({ call: id, attempt: 2 });
  worker.kill("SIGCONT");
  expect(await worker.logged("attempt")).toMatchObject({ call: id, attempt: 1, state: "LOST" });
  expect(await aws.table.get(id)).toMatchObject({ state: "RUNNING", attempt: 2 });
  other.executor.done(second, "of the second");
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ attempt: 2, output: { body: '"of the second"' } });
  await isEmptied(aws, fn.queueUrl);
});

test("a worker that stood still ends in the executor what is somebody else's by now", async () => {
  const { worker, executor, id } = await running();
  const other = await startWorker(aws, fn);
  worker.kill("SIGSTOP");
  await other.executor.run();
  worker.kill("SIGCONT");
  expect(await executor.cancel()).toMatchObject({ call: id, attempt: 1 });
});

test("a call that kills its workers is a FAILURE after maxDeliveries, and its message a dead letter", async () => {
  const id = await spawnCall(aws, fn);
  for (const attempt of [1, 2, 3]) {
    const { worker, executor } = await startWorker(aws, fn, { visibilityMs: 1000 });
    expect(await executor.run()).toMatchObject({ call: id, attempt });
    worker.kill("SIGKILL");
  }
  const last = await startWorker(aws, fn, { visibilityMs: 1000 });
  const record = await reaches(aws, id, "FAILURE");
  expect(record).toMatchObject({ attempt: 3, deliveries: 3, error: { type: "PoisonCall" } });
  expect(last.executor.data.lines).toEqual([]);
  await isEmptied(aws, fn.queueUrl);
  expect(await aws.queue(fn.dlqUrl).receive(10, 0)).toMatchObject([{ message: { call: id } }]);
});

test("a call whose process died runs again at once, though its worker lives on with others", async () => {
  const { executor, id, run } = await running({ visibilityMs: 60_000 });
  await spawnCall(aws, fn);
  const neighbour = await executor.run();
  const start = performance.now();
  executor.answer("died", run, { message: "signal 11" });
  expect(await executor.run()).toMatchObject({ call: id, attempt: 2 });
  expect(performance.now() - start).toBeLessThan(5000);
  executor.done(neighbour, 1);
  await reaches(aws, neighbour.call, "SUCCESS");
});

test("a call whose process dies each time is poison, and the error says what killed it last", async () => {
  const { executor, id, run } = await running();
  executor.answer("died", run, { message: "signal 11" });
  executor.answer("died", await executor.run(), { message: "signal 11" });
  executor.answer("died", await executor.run(), { message: "out of memory" });
  const { error } = await reaches(aws, id, "FAILURE");
  expect(error).toMatchObject({ type: "PoisonCall", message: expect.stringContaining("out of memory") });
  await isEmptied(aws, fn.queueUrl);
  expect(await aws.queue(fn.dlqUrl).depth()).toBe(1);
});

test("what ran in an executor that is gone runs in the next one", async () => {
  const { executor, id, socket } = await running();
  executor.close();
  await reaches(aws, id, "PENDING");
  const next = await ScriptedExecutor.ready(socket);
  const run = await next.run();
  expect(run).toMatchObject({ call: id, attempt: 2 });
  next.done(run, 1);
  await reaches(aws, id, "SUCCESS");
});

test("a cancelled word that nobody asked for is a death", async () => {
  const { executor, id, run } = await running();
  executor.answer("cancelled", run);
  const again = await executor.run();
  expect(again).toMatchObject({ call: id, attempt: 2 });
  executor.done(again, 1);
  await reaches(aws, id, "SUCCESS");
});
