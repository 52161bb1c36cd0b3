import { tagOf } from "../call-id";
import { applied } from "../change";
import type { FunctionEntry } from "../function-entry";
import type { CallRecord } from "../record";
import { retentionOf } from "../retention";
import { reopen, sent } from "../transitions";
import { CallsError } from "./calls-error";
import { targetText } from "./function-named";
import type { OperatorStores } from "./stores";

export type Revival =
  | "revived"
  /** Somebody else has changed it since it was read. */
  | "changed"
  /** There is nothing that it could run with. */
  | "no input";

/**
 * Another life for a call that ended without a result. A crash after the first write loses nothing: the record says that no
 * message was sent, and the sweep sends one.
 */
export async function revive(stores: OperatorStores, record: CallRecord, entry: FunctionEntry): Promise<Revival> {
  const { queueMs, deadlineMs } = entry;
  const change = reopen(record, stores.now(), { queueMs, deadlineMs, retentionS: retentionOf(record) });
  if (change === undefined) return "changed";
  // The input was to go with the call as it was first made.
  if (record.input.in !== "record") {
    const isThere = await (await stores.payloads()).keep(record.id, "in", record.input, change.set.expiresAt!);
    if (!isThere) return "no input";
  }
  if (!(await stores.table.change(record.id, change))) return "changed";
  await announce(stores, applied(record, change)!, entry);
  return "revived";
}

/** Has the workers look at a call that is open. Once too often does no harm. */
export async function announce(
  { queue, table, now }: OperatorStores,
  record: CallRecord,
  { queueUrl }: FunctionEntry,
): Promise<void> {
  await queue(queueUrl).send({ call: record.id });
  if (record.state === "PENDING") await table.change(record.id, sent(record, now()));
}

/** Runs a call that ended without a result once more; refuses every other one with what to do instead. */
export async function retryCall(stores: OperatorStores, id: string): Promise<CallRecord> {
  const record = await stores.table.get(id);
  if (record === undefined) throw goneError(id);
  const { app, fn, state } = record;
  if (state === "SUCCESS") {
    throw new CallsError(
      `${id} has its result, and a call has only one.`,
      `Read it: slipway calls show ${id} --output. Spawn another call to run the function again.`,
    );
  }
  if (state === "PENDING" || state === "RUNNING") {
    throw new CallsError(
      `${id} is ${state}: it has not ended yet.`,
      `Wait for its end (slipway calls show ${id}), or cancel it first: slipway calls cancel ${id}`,
    );
  }
  const entry = await stores.registry().functionEntry(app, fn);
  if (entry === undefined || entry.tag !== tagOf(id)) {
    throw new CallsError(
      `The registry has no function that ${id} is a call of: it was one of ${targetText({ app, name: fn })}.`,
      entry ? "Name the registry of its environment with --registry." : "Deploy the function again.",
    );
  }
  switch (await revive(stores, record, entry)) {
    case "revived":
      return record;
    case "no input":
      throw new CallsError(`The input of ${id} is gone: it is past its retention.`, "Spawn a call with it anew.");
    case "changed":
      throw new CallsError(
        `${id} was changed by somebody else at the same time.`,
        `Look again: slipway calls show ${id}`,
      );
  }
}

export function goneError(id: string): CallsError {
  return new CallsError(
    `There is no call ${id}: it never was, or is past its retention.`,
    "Check the id, and that --table is that of its platform.",
  );
}
