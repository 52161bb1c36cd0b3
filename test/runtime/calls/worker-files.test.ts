import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { type FunctionEntry, sha256 } from "../../../lib/calls";
import { stopEverything, until } from "../gateway/loopback";
import { AwsStandIns, BUCKET } from "./aws-stand-ins";
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

const LARGE = "x".repeat(100_000);

async function running() {
  const { worker, executor, socket } = await startWorker(aws, fn, { maxPayloadBytes: 1_000_000 });
  const id = await spawnCall(aws, fn);
  const run = await executor.run();
  const folder = dirname(socket);
  const result = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  return { worker, executor, folder, id, run, result };
}

test("large arguments are a file beside the socket while the call runs", async () => {
  const { executor, socket } = await startWorker(aws, fn);
  const id = await spawnCall(aws, fn, [LARGE]);
  const run = await executor.run();
  expect(run).not.toHaveProperty("args");
  expect(dirname(run.file)).toBe(dirname(socket));
  expect(JSON.parse(readFileSync(run.file, "utf8"))).toEqual({ args: [LARGE], kwargs: {} });
  executor.done(run, 1);
  await reaches(aws, id, "SUCCESS");
  await until(() => !existsSync(run.file), "the file is removed");
});

test("a large result comes by file, and the file is removed", async () => {
  const { executor, id, run, result } = await running();
  const file = result("result", JSON.stringify(LARGE));
  executor.answer("done", run, { file });
  const record = await reaches(aws, id, "SUCCESS");
  expect(record.output).toMatchObject({ in: "s3", bytes: LARGE.length + 2, sha256: sha256(JSON.stringify(LARGE)) });
  expect(await resultOf(aws, record)).toBe(JSON.stringify(LARGE));
  await until(() => !existsSync(file), "the file is removed");
  await isEmptied(aws, fn.queueUrl);
});

test("a result beyond the function's maxPayload is an error that says so", async () => {
  const { executor, id, run, result } = await running();
  executor.answer("done", run, { file: result("result", JSON.stringify("x".repeat(1_000_000))) });
  const record = await reaches(aws, id, "FAILURE");
  expect(record.error).toMatchObject({ type: "PayloadTooLarge", message: expect.stringContaining("1000002 bytes") });
});

test.each([
  ["is elsewhere", () => "/etc/hostname"],
  ["climbs out of the folder", (folder: string) => `${folder}/../${basename(folder)}/result`],
  ["is written in another way", (folder: string) => `${folder}//result`],
  ["is relative", () => "result"],
])("a result's path that %s breaks the protocol", async (_, path) => {
  const { worker, executor, folder, id, run, result } = await running();
  result("result", "1");
  executor.answer("done", run, { file: path(folder) });
  await executor.data.closes();
  expect(await worker.logged("executor_lost")).toMatchObject({ message: expect.stringContaining("elsewhere") });
  expect(await aws.table.get(id)).not.toMatchObject({ state: "SUCCESS" });
});

test.each([
  ["a link", (path: string) => symlinkSync("/etc/hostname", path)],
  ["a pipe", (path: string) => execFileSync("mkfifo", [path])],
  ["a folder", (path: string) => mkdirSync(path)],
  ["not there", () => undefined],
  ["empty", (path: string) => writeFileSync(path, "")],
])("a result's file that is %s is no result", async (_, make) => {
  const { executor, folder, id, run } = await running();
  const path = join(folder, "result");
  make(path);
  executor.answer("done", run, { file: path });
  expect(await reaches(aws, id, "FAILURE")).toMatchObject({ error: { type: "InvalidResult" } });
});

test("arguments that are not those that were spawned never reach the code", async () => {
  const { executor } = await startWorker(aws, fn);
  const id = await recordCall(aws, fn, JSON.stringify({ args: [LARGE], kwargs: {} }));
  await aws.clients.s3.send(
    new PutObjectCommand({ Bucket: BUCKET, Key: `calls/${fn.tag}/${id}/in`, Body: '{"args":[],"kwargs":{}}' }),
  );
  await aws.queue(fn.queueUrl).send({ call: id });
  expect(await reaches(aws, id, "FAILURE")).toMatchObject({ error: { type: "InvalidCall" } });
  expect(executor.data.lines).toEqual([]);
});
