import { setTimeout as delay } from "node:timers/promises";
import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { CallsGateway, startCallsGateway } from "./calls-gateway";
import { startControl } from "./control-process";
import { ScriptedExecutor, startWorker } from "./worker-executor";
import { spawnWorker, stopWorkers, workerConfig } from "./worker-process";

let aws: AwsStandIns;
let fn: FunctionEntry;
let gateway: CallsGateway;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  fn = await aws.addFunction({ visibilityMs: 2000 });
  gateway = await startCallsGateway(aws, [fn]);
});
afterAll(stopEverything);
afterEach(async () => {
  await stopWorkers();
  aws.clear();
});

test("from the spawn to the result: the worker's word ends the wait", async () => {
  const { executor } = await startWorker(aws, fn);
  const id = await gateway.call(fn, [20, 1]);
  const waiting = gateway.get(`/v1/calls/${id}/result?wait=20`).then((reply) => ({ ...reply, at: performance.now() }));
  const run = await executor.run();
  expect(run.args).toEqual([20, 1]);
  // Late enough that looks are a second apart.
  await delay(2500);
  const doneAt = performance.now();
  executor.done(run, { sum: 21 });
  const { body, at } = await waiting;
  expect(body).toEqual({ call_id: id, state: "SUCCESS", result: { sum: 21 } });
  console.log(`the result came ${Math.round(at - doneAt)} ms after the executor's`);
});

test("large arguments and a large result pass the whole way", async () => {
  const { executor } = await startWorker(aws, fn);
  const id = await gateway.call(fn, ["x".repeat(50_000)]);
  const run = await executor.run();
  expect(run.args[0]).toHaveLength(50_000);
  executor.done(run, "y".repeat(40_000));
  const { body } = await gateway.get(`/v1/calls/${id}/result?wait=20`);
  expect(body.result).toHaveLength(40_000);
});

test("a running call is told of its cancel, and ends cancelled", async () => {
  const { executor } = await startWorker(aws, fn);
  const id = await gateway.call(fn);
  const run = await executor.run();
  const { body } = await gateway.ask("POST", `/v1/calls/${id}/cancel`);
  expect(body).toEqual({ call_id: id, state: "RUNNING", cancel_requested: true });
  const askedAt = performance.now();
  expect(await executor.cancel()).toMatchObject({ call: id, reason: "cancelled" });
  expect(performance.now() - askedAt).toBeLessThan(5000);
  executor.answer("cancelled", run);
  expect((await gateway.get(`/v1/calls/${id}/result?wait=20`)).body.state).toBe("CANCELLED");
});

test("a function's own code calls functions by its worker's gateway", async () => {
  const config = { ...(await workerConfig(aws, fn)), calls: aws.callsConfig(fn) };
  const worker = spawnWorker(config);
  const executor = await ScriptedExecutor.ready(config.worker.executorSocket);
  await worker.logged("ready");
  const own = new CallsGateway(worker);
  const id = await own.call(fn, ["from within"]);
  const waiting = own.get(`/v1/calls/${id}/result?wait=20`);
  const run = await executor.run();
  expect(run).toMatchObject({ call: id, args: ["from within"] });
  executor.done(run, null);
  expect((await waiting).body).toEqual({ call_id: id, state: "SUCCESS", result: null });
  expect((await worker.health()).status).toBe(200);
});

test("a call whose worker is killed is run by another, and one whose message was never sent is sent", async () => {
  const first = await startWorker(aws, fn);
  const id = await gateway.call(fn);
  await first.executor.run();
  first.worker.kill("SIGKILL");
  const second = await startWorker(aws, fn);
  const run = await second.executor.run(20_000);
  expect(run).toMatchObject({ call: id, attempt: 2 });
  second.executor.done(run, "second");
  expect((await gateway.get(`/v1/calls/${id}/result?wait=20`)).body.result).toBe("second");

  aws.sqs.set("failing", "SendMessage");
  const { status, body } = await gateway.spawn(fn, ["unsent"]);
  expect(status).toBe(503);
  aws.clear();
  // 30 s after the record was made the control service finds it without a message.
  await startControl(aws);
  const late = await second.executor.run(60_000);
  expect(late.call).toBe(body.error.call_id);
  second.executor.done(late, "late");
  await until(
    async () => (await gateway.get(`/v1/calls/${late.call}/result`)).body.result === "late",
    "the result is there",
  );
}, 120_000);
