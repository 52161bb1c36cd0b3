import type { FunctionEntry } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { PYTHON_SETUP_MS, testPython } from "../python/python-fixture";
import { removeProcesses } from "../python/slipway-process";
import { AwsStandIns } from "./aws-stand-ins";
import {
  askToCancel,
  isEmptied,
  reaches,
  resultOf,
  spawnCall,
  spawnWorker,
  stopWorkers,
  workerConfig,
} from "./worker-process";
import { startPython, startPythonWorker } from "./worker-python";

let aws: AwsStandIns;
let fn: FunctionEntry;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  await testPython();
}, PYTHON_SETUP_MS);
beforeEach(async () => {
  fn = await aws.addFunction();
});
afterEach(async () => {
  await stopWorkers();
  await removeProcesses();
  aws.clear();
});
afterAll(stopEverything);

const CODE = `
import ctypes, os, time

def handler(what="echo", *args):
    if what == "echo":
        return list(args)
    if what == "raise":
        raise ValueError("no such thing")
    if what == "exit":
        os._exit(9)
    if what == "segfault":
        ctypes.string_at(0)
    if what == "sleep":
        time.sleep(60)
    if what == "hold the GIL":
        # One step of the interpreter, in which it looks at no signal and lets no other thread run.
        return sum(range(10**13))
    if what == "long":
        return "x" * args[0]
    if what == "print":
        print(args[0])
    if what == "object":
        return object()
`;

test("a function's result, whose numbers are what they were", async () => {
  await startPythonWorker(aws, fn, CODE);
  const id = await spawnCall(aws, fn, ["echo", "ä", null, 2 ** 60, { a: [true] }]);
  const record = await reaches(aws, id, "SUCCESS");
  expect(JSON.parse(await resultOf(aws, record))).toEqual(["ä", null, 2 ** 60, { a: [true] }]);
  await isEmptied(aws, fn.queueUrl);
});

test("an exception is retried, and at last recorded with its traceback", async () => {
  const retries = { maxRetries: 1, initialDelayMs: 100, maxDelayMs: 100 };
  await startPythonWorker(aws, fn, CODE, { retries });
  const id = await spawnCall(aws, fn, ["raise"]);
  const { attempt, error } = await reaches(aws, id, "FAILURE");
  expect(attempt).toBe(2);
  expect(error).toMatchObject({ type: "ValueError", message: "no such thing" });
  expect(error!.traceback).toContain("app.py");
});

test("what is no JSON is an error and not a broken executor", async () => {
  await startPythonWorker(aws, fn, CODE);
  const id = await spawnCall(aws, fn, ["object"]);
  expect(await reaches(aws, id, "FAILURE")).toMatchObject({ error: { type: expect.stringMatching(/Error|Invalid/) } });
});

test.each(["exit", "segfault"])("a process that ends by %s each time is poison", async (what) => {
  await startPythonWorker(aws, fn, CODE, { maxDeliveries: 2 });
  const id = await spawnCall(aws, fn, [what]);
  expect(await reaches(aws, id, "FAILURE", 20_000)).toMatchObject({ attempt: 2, error: { type: "PoisonCall" } });
  await isEmptied(aws, fn.queueUrl);
  expect(await aws.queue(fn.dlqUrl).depth()).toBe(1);
});

test.each([
  ["sleeps", "sleep"],
  ["holds the interpreter's lock", "hold the GIL"],
])("a call that %s is cancelled within its grace", async (_, what) => {
  const { config } = await startPythonWorker(aws, fn, CODE, { maxInputs: 1 });
  const id = await spawnCall(aws, fn, [what]);
  await askToCancel(aws, fn, id);
  const start = performance.now();
  await reaches(aws, id, "CANCELLED");
  expect(performance.now() - start).toBeLessThan(5000 + config.worker.graceMs);
  // The one slot is free again.
  await reaches(aws, await spawnCall(aws, fn, ["echo"]), "SUCCESS", 20_000);
});

test("a call beyond its time is a TIMEOUT, and the next one runs", async () => {
  await startPythonWorker(aws, fn, CODE, { maxInputs: 1, attemptMs: 1000 });
  const id = await spawnCall(aws, fn, ["hold the GIL"]);
  const { startedAt, finishedAt } = await reaches(aws, id, "TIMEOUT");
  expect(finishedAt! - startedAt!).toBeLessThan(1000 + 2000);
  await reaches(aws, await spawnCall(aws, fn, ["echo"]), "SUCCESS", 20_000);
});

test.each([70_000, 5_000_000])("arguments and a result of %d bytes", async (bytes) => {
  await startPythonWorker(aws, fn, CODE);
  const id = await spawnCall(aws, fn, ["echo", "y".repeat(bytes)]);
  const record = await reaches(aws, id, "SUCCESS", 20_000);
  expect(record.output).toMatchObject({ in: "s3", bytes: bytes + 4 });
  expect(JSON.parse(await resultOf(aws, record))).toEqual(["y".repeat(bytes)]);
  expect(record.input).toMatchObject({ in: "s3" });
});

test("what a call prints is seen", async () => {
  const { python, worker } = await startPythonWorker(aws, fn, CODE);
  const id = await spawnCall(aws, fn, ["print", "hello from a call"]);
  await reaches(aws, id, "SUCCESS");
  await until(
    () => python.stdout.includes("hello from a call") || JSON.stringify(worker.log).includes("hello from a call"),
    "it is seen",
  );
});

test("a worker whose executor is killed has another one's calls run again", async () => {
  const first = await startPythonWorker(aws, fn, CODE);
  const id = await spawnCall(aws, fn, ["sleep"]);
  await reaches(aws, id, "RUNNING");
  first.python.signal("SIGKILL");
  await reaches(aws, id, "PENDING");
});

test("a worker that is told to leave leaves its calls to others, and its executor ends", async () => {
  const first = await startPythonWorker(aws, fn, CODE, { drainMs: 500 });
  const id = await spawnCall(aws, fn, ["sleep"]);
  await reaches(aws, id, "RUNNING");
  first.worker.kill("SIGTERM");
  expect(await first.worker.exited).toEqual({ code: 0, signal: null });
  expect(await aws.table.get(id)).toMatchObject({ state: "PENDING", deliveries: 0 });
});

test("code that cannot be loaded ends the worker, and its log says why", async () => {
  const config = await workerConfig(aws, fn);
  const worker = spawnWorker(config);
  await startPython("import nothing_of_that_name", config.worker.executorSocket, {});
  const start = performance.now();
  expect(await worker.exited).toEqual({ code: 1, signal: null });
  expect(worker.event("executor_failed")!.message).toContain("nothing_of_that_name");
  expect(performance.now() - start).toBeLessThan(5000);
});
