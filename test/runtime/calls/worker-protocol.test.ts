import { existsSync, statSync } from "node:fs";
import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { ScriptedExecutor, startWorker, Wire } from "./worker-executor";
import { isEmptied, reaches, spawnCall, spawnWorker, stopWorkers, workerConfig } from "./worker-process";

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

const MIB = 1024 * 1024;
const pair = async (socket: string) => [await Wire.open(socket), await Wire.open(socket)] as const;

async function running(own = {}) {
  const started = await startWorker(aws, fn, own);
  const id = await spawnCall(aws, fn);
  const run = await started.executor.run();
  return { ...started, id, run };
}

test("the socket is anybody's to connect to, and one that a killed gateway left is replaced", async () => {
  const config = await workerConfig(aws, fn);
  const { executorSocket } = config.worker;
  const first = spawnWorker(config);
  await until(() => existsSync(executorSocket), "the socket is there");
  await until(() => (statSync(executorSocket).mode & 0o777) === 0o666, "anybody may connect");
  first.kill("SIGKILL");
  await first.exited;
  expect(existsSync(executorSocket)).toBe(true);
  const second = spawnWorker(config);
  await ScriptedExecutor.ready(executorSocket);
  await second.logged("ready");
});

test("nothing is received before the executor is ready", async () => {
  const config = await workerConfig(aws, fn);
  const worker = spawnWorker(config);
  const executor = await ScriptedExecutor.connect(config.worker.executorSocket);
  await spawnCall(aws, fn);
  executor.control.say({ op: "ping", n: 7 });
  expect(await executor.control.next("pong")).toEqual({ op: "pong", n: 7 });
  expect((await worker.health()).status).toBe(503);
  expect(aws.sqs.count("ReceiveMessage")).toBe(0);
  executor.control.say({ op: "ready", protocol: 1 });
  await executor.run();
  expect((await worker.health()).status).toBe(200);
});

test("an executor that cannot load the code ends the worker, and the log says why", async () => {
  const config = await workerConfig(aws, fn);
  const worker = spawnWorker(config);
  const executor = await ScriptedExecutor.connect(config.worker.executorSocket);
  executor.control.say({ op: "failed", message: "No module named 'torch'" });
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(worker.event("executor_failed")).toMatchObject({ level: "error", message: "No module named 'torch'" });
});

test("an executor that cannot load the code is heard before its other connection is there", async () => {
  const config = await workerConfig(aws, fn);
  const worker = spawnWorker(config);
  const control = await Wire.open(config.worker.executorSocket);
  control.say({ op: "hello", channel: "control", protocol: 1 });
  control.say({ op: "failed", message: "gone already" });
  control.socket.end();
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(worker.event("executor_failed")).toMatchObject({ message: "gone already" });
});

test("an executor that is not ready in time ends the worker", async () => {
  const config = await workerConfig(aws, fn, { startupMs: 300 });
  const worker = spawnWorker(config);
  await ScriptedExecutor.connect(config.worker.executorSocket);
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(worker.event("executor_failed")).toMatchObject({ message: "the executor was not ready within 0.3 s" });
});

test.each([
  ["no JSON", "hello\n"],
  ["another op", '{"op":"ready","protocol":1}\n'],
  ["another protocol", '{"op":"hello","channel":"control","protocol":2}\n'],
  ["no channel", '{"op":"hello","channel":"third","protocol":1}\n'],
])("a connection that begins with %s is closed", async (_, line) => {
  const config = await workerConfig(aws, fn);
  const worker = spawnWorker(config);
  const wire = await Wire.open(config.worker.executorSocket);
  wire.say(line);
  await wire.closes();
  // And nothing else is the worse for it.
  await ScriptedExecutor.ready(config.worker.executorSocket);
  await worker.logged("ready");
});

test("a connection without a hello, or without its other one, is closed after a while", async () => {
  const config = await workerConfig(aws, fn);
  spawnWorker(config);
  const [mute, alone] = await pair(config.worker.executorSocket);
  alone.say({ op: "hello", channel: "data", protocol: 1 });
  await Promise.all([mute.closes(), alone.closes()]);
});

test("a second executor is refused while there is one", async () => {
  const { executor, socket, worker } = await startWorker(aws, fn);
  const second = await Wire.open(socket);
  second.say({ op: "hello", channel: "control", protocol: 1 });
  await second.closes();
  expect(worker.event("executor_refused")).toBeDefined();
  await spawnCall(aws, fn);
  executor.done(await executor.run(), 1);
});

const attempt = '"call":"fc-0","attempt":1';
test.each([
  ["no JSON", "x\n"],
  ["no object", "[]\n"],
  ["an unknown op", `{"op":"finished",${attempt}}\n`],
  ["what belongs on the other connection", '{"op":"pong","n":1}\n'],
  ["an answer to no attempt", '{"op":"done","call":"fc-0","result":1}\n'],
  ["a result and a file of one", `{"op":"done",${attempt},"result":1,"file":"/x"}\n`],
  ["a done without a result", `{"op":"done",${attempt}}\n`],
  ["an error that is a text", `{"op":"error",${attempt},"error":"no"}\n`],
  ["a log of no stream", `{"op":"log",${attempt},"line":"x"}\n`],
  ["what is not UTF-8", Buffer.from([0x22, 0xff, 0x22, 0x0a])],
  ["a line that is too long", "x".repeat(MIB)],
])("%s on data ends what ran, and a new pair is taken", async (_, line) => {
  const { executor, socket, id } = await running();
  executor.data.socket.write(line);
  await Promise.all([executor.data.closes(), executor.control.closes()]);
  await reaches(aws, id, "PENDING");
  const next = await ScriptedExecutor.ready(socket);
  const again = await next.run();
  expect(again).toMatchObject({ call: id, attempt: 2 });
  next.done(again, 1);
  await reaches(aws, id, "SUCCESS");
});

test.each([
  ["no JSON", "x\n"],
  ["an unknown op", '{"op":"stop"}\n'],
  ["what belongs on the other connection", `{"op":"started",${attempt}}\n`],
  ["a pong of no number", '{"op":"pong","n":"1"}\n'],
])("%s on control ends what ran", async (_, line) => {
  const { executor, id } = await running();
  executor.control.say(line);
  await executor.data.closes();
  await reaches(aws, id, "PENDING");
});

test("answers for what does not run are ignored, before, while and after it would", async () => {
  const { executor, id, run } = await running();
  for (const other of [
    { ...run, attempt: 2 },
    { ...run, call: `fc-${fn.tag}${"0".repeat(32)}` },
  ]) {
    executor.done(other, "wrong");
    executor.answer("died", other, { message: "x" });
    executor.answer("log", other, { stream: "stdout", line: "x" });
  }
  executor.done(run, "right");
  executor.done(run, "late");
  executor.error(run);
  const record = await reaches(aws, id, "SUCCESS");
  expect(record.output).toMatchObject({ body: '"right"' });
  await spawnCall(aws, fn);
  executor.done(await executor.run(), 1);
});

test("members that a newer executor adds do no harm, and neither does a line in pieces", async () => {
  const { executor, id, run } = await running();
  const line = JSON.stringify({ op: "done", call: run.call, attempt: run.attempt, result: "ä€😀", tookMs: 1 });
  for (const byte of Buffer.from(line)) executor.data.socket.write(Buffer.of(byte));
  executor.data.say("\n");
  expect(await reaches(aws, id, "SUCCESS")).toMatchObject({ output: { body: '"ä€😀"' } });
});

test("an executor that answers no pings is dead after 10 s", async () => {
  const { executor, id } = await running();
  executor.answersPings = false;
  const start = performance.now();
  await executor.data.closes(15_000);
  expect(performance.now() - start).toBeLessThan(11_000);
  await reaches(aws, id, "PENDING");
});

test("a pair that is gone and does not come back ends the worker", async () => {
  const { executor, worker } = await startWorker(aws, fn, { startupMs: 1000 });
  executor.close();
  expect(await worker.exited).toMatchObject({ code: 1 });
  await isEmptied(aws, fn.queueUrl);
});
