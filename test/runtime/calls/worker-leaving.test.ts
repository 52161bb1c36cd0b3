import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { startEcsAgent } from "./ecs-agent";
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
  aws.clear();
  await stopWorkers();
});
afterAll(stopEverything);

async function running(own: Parameters<typeof startWorker>[2] = {}, environment: NodeJS.ProcessEnv = {}) {
  const started = await startWorker(aws, fn, own, environment);
  const id = await spawnCall(aws, fn);
  const run = await started.executor.run();
  return { ...started, id, run };
}

test("an idle worker leaves at once on SIGTERM", async () => {
  const { worker } = await startWorker(aws, fn);
  await until(() => aws.sqs.count("ReceiveMessage") === 1, "it polls");
  const start = performance.now();
  worker.kill("SIGTERM");
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - start).toBeLessThan(2000);
  expect(worker.event("exit")).toMatchObject({ reason: "drained", cutOff: 0 });
});

test("on SIGTERM what runs may end, and nothing new begins", async () => {
  const { worker, executor, id, run } = await running();
  worker.kill("SIGTERM");
  await worker.logged("draining");
  expect((await worker.health()).status).toBe(503);
  const next = await spawnCall(aws, fn);
  executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(executor.data.lines).toEqual([]);
  // The poll that waited may have had it: then it was given back.
  const other = await startWorker(aws, fn);
  expect(await other.executor.run()).toMatchObject({ call: next, attempt: 1 });
});

test("what still runs at the drain's deadline is given back, uncounted, and somebody else has it at once", async () => {
  const { worker, executor, id } = await running({ drainMs: 500, visibilityMs: 60_000, maxInputs: 1 });
  worker.kill("SIGTERM");
  expect(await executor.cancel()).toMatchObject({ call: id, attempt: 1, reason: "shutdown" });
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(worker.event("exit")).toMatchObject({ reason: "drain_deadline", cutOff: 1 });
  expect(worker.event("attempt")).toMatchObject({ call: id, state: "PENDING" });
  expect(await aws.table.get(id)).toMatchObject({ state: "PENDING", deliveries: 0 });
  const other = await startWorker(aws, fn);
  const run = await other.executor.run();
  expect(run).toMatchObject({ call: id, attempt: 2 });
  other.executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
  await isEmptied(aws, fn.queueUrl);
});

test("an executor that is told of the drain may go without anybody minding", async () => {
  const { worker, executor, run } = await running();
  worker.kill("SIGTERM");
  await worker.logged("draining");
  executor.done(run, 1);
  await executor.control.next("drain");
  executor.close();
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(worker.event("executor_lost")).toBeUndefined();
});

test("a task is protected just while it works", async () => {
  const { environment, states } = await startEcsAgent({ revision: 1 });
  const { executor, run } = await running({}, environment);
  await until(() => states.length === 1, "it is protected");
  expect(states[0]).toEqual({ ProtectionEnabled: true, ExpiresInMinutes: 5 });
  // What follows at once leaves it protected.
  executor.done(run, 1);
  await spawnCall(aws, fn);
  executor.done(await executor.run(), 1);
  await until(() => states.length === 2, "it is not protected any more");
  expect(states[1]).toEqual({ ProtectionEnabled: false });
});

test("a task that leaves clears its protection", async () => {
  const { environment, states } = await startEcsAgent({ revision: 1 });
  const { worker, executor, run } = await running({}, environment);
  await until(() => states.length === 1, "it is protected");
  worker.kill("SIGTERM");
  executor.done(run, 1);
  await worker.exited;
  expect(states.at(-1)).toEqual({ ProtectionEnabled: false });
});

test("a task that a deploy replaces leaves calls to its successors, ends what it has, and is not protected", async () => {
  const [old, recent] = [await startEcsAgent({ revision: 1 }), await startEcsAgent({ revision: 2 })];
  const before = await startWorker(aws, fn, {}, old.environment);
  await aws.register({ ...fn, revision: 2 });
  const id = await spawnCall(aws, fn);
  expect(await before.worker.logged("task_outdated")).toMatchObject({ revision: 1, newest: 2 });
  const polls = aws.sqs.count("ReceiveMessage");
  const after = await startWorker(aws, fn, {}, recent.environment);
  const run = await after.executor.run();
  expect(run).toMatchObject({ call: id, attempt: 1 });
  after.executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
  expect(aws.sqs.count("ReceiveMessage")).toBeLessThanOrEqual(polls + 2);
  expect(before.executor.data.lines).toEqual([]);
  expect(old.states).toEqual([]);
});

test("a task that is newer than the registry says works", async () => {
  await aws.register({ ...fn, revision: 1 });
  const { environment } = await startEcsAgent({ revision: 2 });
  const { executor, id, run } = await running({}, environment);
  executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
});

test("a task that ECS means to stop begins nothing new before SIGTERM", async () => {
  const agent = await startEcsAgent({ revision: 1 });
  const { worker, executor, id, run } = await running({}, agent.environment);
  agent.stopping = true;
  await worker.logged("task_stopping");
  const next = await spawnCall(aws, fn);
  await until(async () => (await aws.queue(fn.queueUrl).depth()) === 2, "both are in the queue");
  executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
  expect(executor.data.lines.filter(({ op }) => op === "run")).toEqual([]);
  const other = await startWorker(aws, fn);
  expect(await other.executor.run()).toMatchObject({ call: next });
});
