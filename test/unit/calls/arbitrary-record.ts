import * as fc from "fast-check";
import type { CallError, CallRecord, CallState, Change, PayloadRef } from "../../../lib/calls";

const time = fc.integer({ min: 1, max: 4_000_000_000_000 });
const count = fc.integer({ min: 0, max: 50 });
const text = fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" });
const hex = (length: number) =>
  fc.array(fc.constantFrom(..."0123456789abcdef"), { minLength: length, maxLength: length }).map((all) => all.join(""));

export const callIds = hex(40).map((digits) => `fc-${digits}`);

const payloads: fc.Arbitrary<PayloadRef> = fc.oneof(
  fc.record({ in: fc.constant("record" as const), body: fc.json() }),
  fc.record({ in: fc.constant("item" as const), bytes: count }),
  fc.record({ in: fc.constant("s3" as const), bytes: count, sha256: hex(64) }),
);
const errors: fc.Arbitrary<CallError> = fc.record({ type: text, message: text, traceback: fc.string() });
const states = fc.constantFrom<CallState>(
  "PENDING",
  "RUNNING",
  "SUCCESS",
  "FAILURE",
  "TIMEOUT",
  "CANCELLED",
  "EXPIRED",
);

const settable = {
  state: states,
  attempt: count,
  deliveries: count,
  retried: count,
  startBy: time,
  doneBy: time,
  expiresAt: time,
};
const optional = {
  sentAt: time,
  notBefore: time,
  leaseOwner: text,
  leaseUntil: time,
  attemptBy: time,
  startedAt: time,
  finishedAt: time,
  cancelRequestedAt: time,
  nextDue: time,
  output: payloads,
  error: errors,
};

/** Any record, whether or not anything would make it. */
export const records: fc.Arbitrary<CallRecord> = fc.record(
  { id: callIds, app: text, fn: text, createdAt: time, input: payloads, ...settable, ...optional },
  { requiredKeys: ["id", "app", "fn", "createdAt", "input", ...(Object.keys(settable) as (keyof typeof settable)[])] },
);

/** Any change; it often expects what the record is. */
export function changesOf(record: CallRecord): fc.Arbitrary<Change> {
  const same = { state: record.state, attempt: record.attempt, leaseOwner: record.leaseOwner, nextDue: record.nextDue };
  const expects = fc.oneof(
    { weight: 3, arbitrary: fc.subarray(Object.entries(same)).map((all) => Object.fromEntries(all)) },
    fc.record({ state: states, attempt: count, leaseOwner: fc.option(text, { nil: undefined }) }, { requiredKeys: [] }),
  );
  const removes = fc.subarray(Object.keys(optional) as (keyof typeof optional)[]);
  const sets = fc.record({ ...settable, ...optional }, { requiredKeys: [] });
  return fc
    .record({ expects, set: sets, remove: removes })
    .map(({ expects, set, remove }) => ({
      expects,
      set,
      // One field is either set or removed.
      remove: remove.filter((field) => !(field in set)),
    }))
    .filter(({ set, remove }) => Object.keys(set).length + remove.length > 0) as fc.Arbitrary<Change>;
}
