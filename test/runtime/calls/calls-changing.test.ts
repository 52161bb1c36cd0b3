import type { CallRecord, FunctionEntry } from "../../../lib/calls";
import { stopEverything } from "../gateway/loopback";
import { CliProcess, endAll } from "../local/cli-process";
import { AwsStandIns } from "./aws-stand-ins";
import { type Ended, objects, operatorEnvironment, slipway } from "./command";
import { GivenCalls } from "./given-calls";

const NOBODYS = `fc-${"0".repeat(40)}`;

let aws: AwsStandIns;
let fn: FunctionEntry;
let target: string;
let given: GivenCalls;

beforeAll(async () => {
  aws = await AwsStandIns.start();
});

beforeEach(async () => {
  aws.clear();
  fn = await aws.addFunction();
  target = `${fn.app}/${fn.name}`;
  given = new GivenCalls(aws, fn);
});

afterAll(async () => {
  await endAll();
  await stopEverything();
});

const calls = (args: readonly string[], env: NodeJS.ProcessEnv = {}, folder?: string): Promise<Ended> =>
  slipway(["calls", ...args], { ...operatorEnvironment(aws), ...env }, folder);
const stateOf = async ({ id }: CallRecord) => (await aws.table.get(id))?.state;
const ago = (ms: number) => ({ createdAt: Date.now() - ms });

test("cancel ends a queued call, has word left for the worker of a running one, and leaves an ended one", async () => {
  const [pending, running, ended] = [await given.pending(), await given.running(), await given.successful("1")];
  const { code, stdout, stderr } = await calls(["cancel", pending.id, running.id, ended.id]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n")).toEqual([
    `${pending.id} cancelled`,
    `${running.id} runs: its worker is told to cancel it, and does so within seconds`,
    `${ended.id} had ended before, and stays SUCCESS`,
  ]);
  expect(await aws.table.get(pending.id)).toMatchObject({ state: "CANCELLED", error: { type: "Cancelled" } });
  expect(await aws.table.get(pending.id)).not.toHaveProperty("nextDue");
  expect(await aws.table.get(running.id)).toMatchObject({ state: "RUNNING", cancelRequestedAt: expect.any(Number) });
  expect(await aws.table.beat(fn.tag, "task-1", Date.now(), Date.now())).toMatchObject({
    cancels: [running.id],
  });

  const some = await calls(["cancel", NOBODYS, pending.id, "--json"]);
  expect(some.code).toBe(1);
  expect(objects(some.stdout)).toEqual([
    { call_id: NOBODYS, outcome: "gone", state: null },
    { call_id: pending.id, outcome: "over", state: "CANCELLED" },
  ]);
});

test("cancel --all ends the queued calls of one function, after asking, and leaves those that run", async () => {
  const queued = [await given.pending(), await given.pending(), await given.pending()];
  const running = await given.running();
  const others = await new GivenCalls(aws, await aws.addFunction()).pending();
  const refused = await calls(["cancel", "--all", target]);
  expect([refused.code, await stateOf(queued[0]!)]).toEqual([1, "PENDING"]);
  expect(refused.stderr).toContain(`Cancel the queued calls of ${target}? 4 are open`);
  expect(refused.stderr).toContain("--yes");

  const { code, stdout } = await calls(["cancel", "--all", target, "--yes"]);
  expect([code, stdout]).toEqual([
    0,
    `3 queued calls of ${target} cancelled. 1 runs, and is left alone: slipway calls cancel <id> tells its worker.`,
  ]);
  expect(await Promise.all([...queued, running, others].map(stateOf))).toEqual([
    "CANCELLED",
    "CANCELLED",
    "CANCELLED",
    "RUNNING",
    "PENDING",
  ]);
});

test("a person is asked, and only yes goes on", async () => {
  const record = await given.pending();
  const answered = async (answer: string) => {
    const cli = new CliProcess(["calls", "cancel", "--all", target], operatorEnvironment(aws), "terminal");
    // The terminal keeps it until it is asked for.
    cli.stdin.write(answer);
    return [await cli.exited, await stateOf(record)];
  };
  expect(await answered("n\n")).toEqual([1, "PENDING"]);
  expect(await answered("\n")).toEqual([1, "PENDING"]);
  expect(await answered("y\n")).toEqual([0, "CANCELLED"]);
});

test("retry queues a call again with its input kept, and its message sent", async () => {
  const input = `{"args":["${"x".repeat(2000)}"],"kwargs":{}}`;
  const failed = await given.failed({ input, ...ago(60_000) });
  const { code, stdout, stderr } = await calls(["retry", failed.id]);
  expect([code, stdout, stderr]).toEqual([0, `${failed.id} was FAILURE and is queued again.`, ""]);
  const record = (await aws.table.get(failed.id))!;
  expect(record).toMatchObject({ state: "PENDING", attempt: 1, deliveries: 0, sentAt: expect.any(Number) });
  expect(record).not.toHaveProperty("error");
  expect(record.doneBy).toBeGreaterThan(failed.doneBy);
  expect(record.expiresAt - Math.ceil(record.doneBy / 1000)).toBe(3600);
  const [message] = await aws.queue(fn.queueUrl).receive(10, 0, undefined, 0);
  expect(message!.message).toEqual({ call: failed.id });
});

test("retry refuses what has a result, is open or is gone with what to do, and does the others", async () => {
  const [successful, open, cancelled] = [await given.successful("1"), await given.pending(), await given.cancelled()];
  const { code, stdout, stderr } = await calls(["retry", successful.id, open.id, NOBODYS, cancelled.id]);
  expect([code, stdout]).toEqual([1, `${cancelled.id} was CANCELLED and is queued again.`]);
  expect(stderr.split("\n")).toEqual([
    `error: ${successful.id} has its result, and a call has only one.`,
    `Read it: slipway calls show ${successful.id} --output. Spawn another call to run the function again.`,
    `error: ${open.id} is PENDING: it has not ended yet.`,
    `Wait for its end (slipway calls show ${open.id}), or cancel it first: slipway calls cancel ${open.id}`,
    `error: There is no call ${NOBODYS}: it never was, or is past its retention.`,
    "Check the id, and that --table is that of its platform.",
  ]);
});

test("retry refuses a call whose input or function is gone", async () => {
  const input = `{"args":["${"x".repeat(20_000)}"],"kwargs":{}}`;
  const failed = await given.failed({ input });
  await aws.removePayload(failed.id, "in");
  expect((await calls(["retry", failed.id])).stderr).toContain(`The input of ${failed.id} is gone`);
  const other = { ...fn, tag: "00000000" };
  const elsewhere = await new GivenCalls(aws, other).failed();
  const { stderr } = await calls(["retry", elsewhere.id]);
  expect(stderr).toContain("Name the registry of its environment with --registry.");
});
