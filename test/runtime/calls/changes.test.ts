import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as fc from "fast-check";
import { applied, toItem } from "../../../lib/calls";
import { changesOf, records } from "../../unit/calls/arbitrary-record";
import { stopEverything } from "../gateway/loopback";
import { AwsStandIns, TABLE } from "./aws-stand-ins";

let aws: AwsStandIns;
beforeAll(async () => {
  aws = await AwsStandIns.start();
});
afterAll(stopEverything);

const pairs = records.chain((record) => fc.tuple(fc.constant(record), changesOf(record)));

test("a change does in the table what it does in memory, and is refused in both or in none", async () => {
  let done = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(pairs, async ([record, change]) => {
      await aws.clients.dynamodb.send(new PutItemCommand({ TableName: TABLE, Item: toItem(record) as never }));
      const expected = applied(record, change);
      expect(await aws.table.change(record.id, change)).toBe(expected !== undefined);
      expect(await aws.table.get(record.id)).toEqual(expected ?? record);
      if (expected === undefined) refused++;
      else done++;
    }),
    { numRuns: 400 },
  );
  expect(Math.min(done, refused)).toBeGreaterThan(40);
}, 60_000);

test("an open call is found in its partition when it is due, and is gone from it when it ends", async () => {
  const record = fc.sample(records, 1)[0]!;
  const open = { ...record, state: "PENDING" as const, nextDue: 1000 };
  await aws.table.create(open);
  const due = async (before: number) => {
    const ids: string[] = [];
    const partition = `${open.id.slice(3, 11)}#${Number.parseInt(open.id.slice(-1), 16)}`;
    for await (const id of aws.table.due(partition, before)) ids.push(id);
    return ids;
  };
  expect([await due(999), await due(1000)]).toEqual([[], [open.id]]);
  await aws.table.change(open.id, { expects: {}, set: { state: "SUCCESS" }, remove: ["nextDue"] });
  expect(await due(5000)).toEqual([]);
});

test("of two that make one record, one does", async () => {
  const record = fc.sample(records, 1)[0]!;
  const others = [record, { ...record, createdAt: record.createdAt + 1 }];
  expect((await Promise.all(others.map((one) => aws.table.create(one)))).filter(Boolean)).toHaveLength(1);
});

test("a refused write that was asked for once is somebody else's, even when the record looks like its outcome", async () => {
  const record = { ...fc.sample(records, 1)[0]!, state: "PENDING" as const, attempt: 1 };
  await aws.table.create(record);
  const change = { expects: { attempt: 1 }, set: { attempt: 2, leaseOwner: "me" }, remove: [] };
  expect(await aws.table.change(record.id, change)).toBe(true);
  expect(await aws.table.change(record.id, change)).toBe(false);
  expect(await aws.table.change(record.id, change, undefined, true)).toBe(true);
});

test("a lease is one owner's until its time is over", async () => {
  const lease = (owner: string, now: number) => aws.table.lease("sweep", owner, now, now + 10);
  expect([
    await lease("a", 0),
    await lease("b", 5),
    await lease("a", 8),
    await lease("b", 18),
    await lease("b", 19),
  ]).toEqual([true, false, true, false, true]);
});

test("a task hears of each cancel once", async () => {
  await aws.table.askToCancel("0123abcd", "task", "fc-1", 10);
  await aws.table.askToCancel("0123abcd", "task", "fc-2", 10);
  const beat = async (now: number) => [...(await aws.table.beat("0123abcd", "task", now, 10)).cancels].sort();
  expect(await beat(5)).toEqual(["fc-1", "fc-2"]);
  expect(await beat(6)).toEqual([]);
  expect(await aws.table.beatOf("0123abcd", "task")).toBe(6);
});

test("an idempotency key stands for the first call until it expires", async () => {
  const key = (callId: string) => ({ callId, payloadSha256: "p", expiresAt: 100 });
  expect(await aws.table.claimKey("ik#1", key("a"), 10)).toMatchObject({ callId: "a" });
  expect(await aws.table.claimKey("ik#1", key("b"), 99)).toMatchObject({ callId: "a" });
  expect(await aws.table.claimKey("ik#1", key("b"), 100)).toMatchObject({ callId: "b" });
});
