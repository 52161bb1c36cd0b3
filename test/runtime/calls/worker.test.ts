import type { FunctionEntry } from "../../../lib/calls";
import { onStop, stopEverything } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { ScriptedExecutor } from "./worker-executor";
import { isEmptied, reaches, resultOf, spawnCall, spawnWorker, workerConfig } from "./worker-process";

let aws: AwsStandIns;
let fn: FunctionEntry;

beforeAll(async () => {
  aws = await AwsStandIns.start();
});
beforeEach(async () => {
  fn = await aws.addFunction();
});
afterEach(() => aws.clear());
afterAll(stopEverything);

async function start(own: Parameters<typeof workerConfig>[2] = {}) {
  const config = await workerConfig(aws, fn, own);
  const worker = spawnWorker(config);
  const executor = await ScriptedExecutor.ready(config.worker.executorSocket);
  await worker.logged("ready");
  onStop(() => worker.kill("SIGKILL"));
  return { config, worker, executor };
}

test("a call runs, its result is recorded, and its message deleted", async () => {
  const { worker, executor } = await start();
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
