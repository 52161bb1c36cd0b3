import * as fc from "fast-check";
import { type CallRecord, claim, create, newCallId, readRecord, toItem, updateOf } from "../../../lib/calls";
import { INLINE_BYTES } from "../../../lib/calls/aws";
import { records } from "./arbitrary-record";

test("a record read from its item is the record", () => {
  fc.assert(fc.property(records, (record) => expect(readRecord(toItem(record))).toEqual(record)));
});

test("an item is in the index of open calls just while it is due some time", () => {
  fc.assert(fc.property(records, (record) => expect("open" in toItem(record)).toBe(record.nextDue !== undefined)));
});

test("items of a later version, of another kind and with a part missing are no records", () => {
  fc.assert(
    fc.property(records, fc.constantFrom("pk", "app", "fn", "state", "input", "attempt", "doneBy"), (record, name) => {
      const { [name]: _, ...rest } = toItem(record);
      expect(readRecord(rest)).toBeUndefined();
      expect(readRecord({ ...toItem(record), v: { N: "2" } })).toBeUndefined();
      expect(readRecord({ ...toItem(record), state: { S: "LATER" } })).toBeUndefined();
    }),
  );
});

test("an item of this version with attributes of a later one is read", () => {
  fc.assert(
    fc.property(records, (record) =>
      expect(readRecord({ ...toItem(record), invented: { S: "later" } })).toEqual(record),
    ),
  );
});

test("an update never makes a record that is not there", () => {
  expect(updateOf("fc-1", { expects: {}, set: { sentAt: 1 }, remove: [] }).ConditionExpression).toBe(
    "attribute_exists(#pk)",
  );
});

/** DynamoDB counts an attribute's name and value; a number takes about half its digits. */
function itemBytes(record: CallRecord): number {
  const sizeOf = (value: { S?: string; N?: string }) =>
    value.N === undefined ? Buffer.byteLength(value.S ?? "") : Math.ceil(value.N.length / 2) + 1;
  return Object.entries(toItem(record)).reduce((sum, [name, value]) => sum + name.length + sizeOf(value as never), 0);
}

test("an open record with the largest payload that is kept in it stays within 1 KB, for which one write is billed", () => {
  const now = 1_800_000_000_000;
  const quotes = '"'.repeat((INLINE_BYTES - 2) / 2);
  const pending = create(
    { id: newCallId("0123abcd"), app: "a".repeat(30), fn: "f".repeat(30), input: { in: "record", body: quotes }, now },
    { queueMs: 1000, deadlineMs: 2000, retentionS: 3600 },
  );
  const claimed = claim(
    pending,
    { owner: "0".repeat(32), now },
    {
      attemptMs: 1000,
      visibilityMs: 1000,
      maxDeliveries: 3,
      retentionS: 3600,
      retries: { maxRetries: 0, initialDelayMs: 1, backoffCoefficient: 1, maxDelayMs: 1 },
    },
  );
  if (claimed.kind !== "claim") throw new Error(claimed.kind);
  const running = { ...pending, ...claimed.change.set, sentAt: now, cancelRequestedAt: now };
  expect(itemBytes(running)).toBeLessThanOrEqual(1024);
});
