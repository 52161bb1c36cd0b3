import type { CallRecord } from "./record";

/** What of a record a change may set. */
export type Settable = Omit<CallRecord, "id" | "app" | "fn" | "createdAt" | "input">;
export type Field = keyof Settable;

/** Undefined: the record must not have it. */
export type Expectation = Partial<Pick<Settable, "state" | "attempt" | "leaseOwner" | "nextDue" | "cancelRequestedAt">>;

/**
 * One conditional write to a record, as plain data. It takes place only while the record is as expected, so of two that meet
 * one changes nothing.
 */
export interface Change {
  readonly expects: Expectation;
  readonly set: Partial<Settable>;
  readonly remove: readonly Field[];
}

/** The record after a change; undefined when it is not as the change expects. */
export function applied(record: CallRecord, { expects, set, remove }: Change): CallRecord | undefined {
  for (const [field, value] of Object.entries(expects)) {
    if (record[field as Field] !== value) return undefined;
  }
  const next: Record<string, unknown> = { ...record, ...set };
  for (const field of remove) delete next[field];
  return next as unknown as CallRecord;
}
