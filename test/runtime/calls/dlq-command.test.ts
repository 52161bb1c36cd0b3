import { setTimeout as delay } from "node:timers/promises";
import type { CallRecord, FunctionEntry } from "../../../lib/calls";
import { onStop, stopEverything, until } from "../gateway/loopback";
import { CliProcess, endAll } from "../local/cli-process";
import { AwsStandIns } from "./aws-stand-ins";
import { type Ended, objects, operatorEnvironment, slipway } from "./command";
import type { Passing } from "./front";
import { GivenCalls } from "./given-calls";
import { impatientQueue } from "./impatient-queue";

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

const dlq = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  slipway(["dlq", ...args], { ...operatorEnvironment(aws), ...env });
const counts = async (url: string) => (await aws.queue(url).counts()).waiting;
const stateOf = async ({ id }: CallRecord) => (await aws.table.get(id))?.state;
/** The calls that the function's queue has messages of. */
async function queued(): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const received = await aws.queue(fn.queueUrl).receive(10, 600_000, undefined, 0);
    if (received.length === 0) return ids;
    ids.push(...received.map(({ message }) => message!.call));
  }
}

test("list shows the messages with their calls' states and errors, and leaves them visible", async () => {
  const error = { type: "PoisonCall", message: "died\u001b[31m of it", traceback: "" };
  const failed = await given.dead(given.failed({ error }));
  const successful = await given.dead(given.successful("1"));
  await aws.queue(fn.dlqUrl).sendBody("what is this");

  const { code, stdout, stderr } = await dlq(["list", target]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^CALL +STATE +ATTEMPT +ENDED +ERROR$/m);
  expect(stdout).toMatch(new RegExp(`^${failed.id} +FAILURE +1 +\\d+ s ago +PoisonCall: died \\[31m of it$`, "m"));
  expect(stdout).toMatch(new RegExp(`^${successful.id} +SUCCESS`, "m"));
  expect(stdout).toMatch(/^what is this +no call/m);
  expect(await counts(fn.dlqUrl)).toBe(3);

  const rows = objects((await dlq(["list", target, "--json"])).stdout);
  expect(rows).toHaveLength(3);
  expect(rows.find(({ call_id }) => call_id === failed.id)).toMatchObject({
    call_id: failed.id,
    body: JSON.stringify({ v: 1, call: failed.id }),
    call: { call_id: failed.id, state: "FAILURE", error },
  });
  expect(rows.find(({ call_id }) => call_id === null)).toEqual({ call_id: null, body: "what is this", call: null });
  expect((await dlq(["list", target, "--limit", "2"])).stderr).toBe("2 of about 3 messages: --limit shows more.");
  expect(await counts(fn.dlqUrl)).toBe(3);
});

test("redrive queues every call again that can be, says what stays, and deletes that only when told to", async () => {
  const runs = [
    await given.dead(given.failed()),
    await given.dead(given.failed({ input: `{"args":["${"x".repeat(2000)}"],"kwargs":{}}` })),
    await given.dead(given.failed({ input: `{"args":["${"x".repeat(20_000)}"],"kwargs":{}}` })),
  ];
  const open = await given.dead(given.pending());
  const successful = await given.dead(given.successful("1"));
  const cancelled = await given.dead(given.cancelled());
  const foreign = await new GivenCalls(aws, await aws.addFunction()).failed();
  await given.dead(foreign);
  await aws.queue(fn.dlqUrl).sendBody("what is this");

  const dry = await dlq(["redrive", target, "--dry-run"]);
  expect(dry.stdout).toContain(`3 calls of ${target} would be queued again; 1 call that was open already`);
  expect([await counts(fn.dlqUrl), await stateOf(runs[0]!), await queued()]).toEqual([8, "FAILURE", []]);

  const { code, stdout, stderr } = await dlq(["redrive", target]);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout.split("\n").sort()).toEqual(
    [
      `${successful.id} has its result: stays`,
      `${cancelled.id} was cancelled; slipway calls retry <id> runs it all the same: stays`,
      `${foreign.id} is a call of another function: stays`,
      'A message ("what is this") names no call: stays',
      `3 calls of ${target} queued again; 1 call that was open already sent again; 4 messages stay (--discard deletes what has nothing to be run).`,
    ].sort(),
  );
  expect((await queued()).sort()).toEqual([...runs, open].map(({ id }) => id).sort());
  for (const run of runs) {
    expect(await aws.table.get(run.id)).toMatchObject({ state: "PENDING", deliveries: 0, sentAt: expect.any(Number) });
  }
  expect([await stateOf(successful), await stateOf(cancelled)]).toEqual(["SUCCESS", "CANCELLED"]);
  // Visible at once, for whoever looks next.
  expect(await counts(fn.dlqUrl)).toBe(4);

  const rows = objects((await dlq(["redrive", target, "--discard", "--json"])).stdout);
  expect(rows).toHaveLength(4);
  expect(rows).toContainEqual({
    call_id: successful.id,
    was: "SUCCESS",
    outcome: "settled",
    why: "succeeded",
    deleted: true,
  });
  expect(rows).toContainEqual(expect.objectContaining({ call_id: null, body: "what is this", deleted: true }));
  expect([await counts(fn.dlqUrl), await queued()]).toEqual([0, []]);
});

test("redrive takes no more messages than its limit, and many at once", async () => {
  for (let i = 0; i < 25; i++) await given.dead(given.failed());
  expect((await dlq(["redrive", target, "--limit", "12"])).stdout).toBe(`12 calls of ${target} queued again.`);
  expect(await counts(fn.dlqUrl)).toBe(13);
  expect((await dlq(["redrive", target])).stdout).toBe(`13 calls of ${target} queued again.`);
  expect(new Set(await queued()).size).toBe(25);
});

test("a call whose input is past its retention is not reopened", async () => {
  const input = `{"args":["${"x".repeat(20_000)}"],"kwargs":{}}`;
  const failed = await given.dead(given.failed({ input }));
  await aws.removePayload(failed.id, "in");
  const { stdout } = await dlq(["redrive", target]);
  expect(stdout).toContain(`${failed.id} has lost its input, which is past its retention: stays`);
  expect(await stateOf(failed)).toBe("FAILURE");
});

/** Every request of the redrive of one message, before which the command may be killed. */
const STEPS: readonly [string, (passing: Passing) => boolean, "dynamodb" | "sqs" | "s3"][] = [
  ["the input is kept", () => true, "s3"],
  [
    "the record is reopened",
    ({ operation, body }) => operation === "UpdateItem" && body.includes("PENDING"),
    "dynamodb",
  ],
  ["the message is sent", ({ operation }) => operation === "SendMessage", "sqs"],
  ["sending is recorded", ({ operation, body }) => operation === "UpdateItem" && body.includes(":sentAt"), "dynamodb"],
  ["the dead letter is deleted", ({ operation }) => operation === "DeleteMessage", "sqs"],
];

test.each(STEPS)(
  "a redrive that is killed before %s loses nothing: the next one completes it",
  async (_, about, service) => {
    const input = `{"args":["${"x".repeat(20_000)}"],"kwargs":{}}`;
    const failed = await Promise.all([1, 2, 3].map(() => given.dead(given.failed({ input }))));
    const env = { ...operatorEnvironment(aws), AWS_ENDPOINT_URL_SQS: await impatientQueue(aws.sqs.port) };
    let isThere = false;
    aws[service].set("silent", (passing) => {
      const isAbout = about(passing);
      isThere ||= isAbout;
      return isAbout;
    });
    const broken = new CliProcess(["dlq", "redrive", target], env);
    onStop(() => broken.end());
    await until(() => isThere, "the command comes to that step", 20_000);
    await broken.end();
    aws.clear();
    // Its messages are hidden no longer than that.
    await delay(1100);

    const { code } = await slipway(["dlq", "redrive", target], env);
    expect(code).toBe(0);
    expect(await counts(fn.dlqUrl)).toBe(0);
    expect([...new Set(await queued())].sort()).toEqual(failed.map(({ id }) => id).sort());
    for (const call of failed) {
      expect(await aws.table.get(call.id)).toMatchObject({ state: "PENDING", sentAt: expect.any(Number) });
    }
  },
);

test("Ctrl-C ends a redrive after the messages that are under way, and gives back the others", async () => {
  for (let i = 0; i < 12; i++) await given.dead(given.failed());
  const cli = new CliProcess(["dlq", "redrive", target], operatorEnvironment(aws));
  onStop(() => cli.end());
  let isPressed = false;
  aws.sqs.set("failing", ({ operation }) => {
    if (operation === "SendMessage" && !isPressed) cli.signal("SIGINT");
    isPressed ||= operation === "SendMessage";
    return false;
  });
  expect(await cli.exited).toBe(130);
  expect(cli.stdout).toEqual([`10 calls of ${target} queued again.`]);
  expect([await counts(fn.dlqUrl), (await queued()).length]).toEqual([2, 10]);
});

test("purge asks first, deletes all, and leaves the records", async () => {
  const failed = await given.dead(given.failed());
  await given.dead(failed);
  const refused = await dlq(["purge", target]);
  expect([refused.code, refused.stdout]).toEqual([1, ""]);
  expect(refused.stderr).toContain("Delete about 2 messages of the dead-letter queue");
  expect(refused.stderr).toContain("--yes");
  expect(await counts(fn.dlqUrl)).toBe(2);

  const { code, stdout } = await dlq(["purge", target, "--yes"]);
  expect([code, stdout]).toEqual([0, `About 2 messages of ${target} deleted. SQS takes up to a minute for it.`]);
  expect([await counts(fn.dlqUrl), await stateOf(failed)]).toEqual([0, "FAILURE"]);
  expect(objects((await dlq(["purge", target, "--yes", "--json"])).stdout)).toEqual([
    { queue: fn.dlqUrl, messages: 0 },
  ]);
});

test("a function that is not there is told with those that are, and a web endpoint as what it is", async () => {
  const unknown = await dlq(["list", "acme/nobody"]);
  expect(unknown.stderr).toContain("There is no function acme/nobody in the registry.");
  expect(unknown.stderr).toMatch(new RegExp(`^There are: .*${target}`, "m"));
  await aws.putRegistryItem({ pk: { S: "fn#acme" }, sk: { S: "web" }, v: { N: "1" }, kind: { S: "asgi" } });
  expect((await dlq(["redrive", "acme/web"])).stderr).toContain("acme/web has no calls: it is a web endpoint");
});
