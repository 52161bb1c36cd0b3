import { type Attributes, type AttributeValue, attributeValue, numberOf, textOf } from "./attributes";
import { openKey } from "./call-id";
import type { Change, Field } from "./change";
import {
  type CallError,
  type CallRecord,
  type CallState,
  FINAL_STATES,
  type PayloadRef,
  RECORD_VERSION,
} from "./record";

/** The sort key of the record among a call's items. */
export const RECORD_KEY = "call";

/** Partition key under which the control service's tasks say where they are: whoever makes calls may read it. */
export const CONTROL_KEY = "control";

/** The index of open calls: its partition is `open`, its sort key `nextDue`. */
export const OPEN_INDEX = "open";

const STATES: readonly string[] = ["PENDING", "RUNNING", ...FINAL_STATES];

/** As JSON texts: nobody asks the table about what is in them. */
const TEXTS: ReadonlySet<string> = new Set(["input", "output", "error"]);
const REQUIRED = ["attempt", "deliveries", "retried", "createdAt", "startBy", "doneBy", "expiresAt"] as const;
const OPTIONAL_NUMBERS = [
  "sentAt",
  "notBefore",
  "leaseUntil",
  "attemptBy",
  "startedAt",
  "finishedAt",
  "cancelRequestedAt",
  "nextDue",
] as const;

export function toItem({ id, ...record }: CallRecord): Record<string, AttributeValue> {
  const item: Record<string, AttributeValue> = {
    pk: { S: id },
    sk: { S: RECORD_KEY },
    v: { N: String(RECORD_VERSION) },
    ...(record.nextDue === undefined ? {} : { open: { S: openKey(id) } }),
  };
  for (const [name, value] of Object.entries(record)) {
    if (value !== undefined) item[name] = attributeOf(name, value);
  }
  return item;
}

/** Undefined for an item that this version does not understand. */
export function readRecord(item: Attributes): CallRecord | undefined {
  const id = textOf(item, "pk");
  const app = textOf(item, "app");
  const fn = textOf(item, "fn");
  const state = textOf(item, "state");
  const input = jsonOf<PayloadRef>(item, "input");
  const version = numberOf(item, "v") ?? 0;
  if (version > RECORD_VERSION || id === undefined || app === undefined || fn === undefined) return undefined;
  if (state === undefined || !STATES.includes(state) || input === undefined) return undefined;
  const record: Record<string, unknown> = { id, app, fn, state, input };
  for (const name of REQUIRED) {
    const value = numberOf(item, name);
    if (value === undefined) return undefined;
    record[name] = value;
  }
  for (const name of OPTIONAL_NUMBERS) {
    const value = numberOf(item, name);
    if (value !== undefined) record[name] = value;
  }
  const rest = {
    leaseOwner: textOf(item, "leaseOwner"),
    output: jsonOf<PayloadRef>(item, "output"),
    error: jsonOf<CallError>(item, "error"),
  };
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) record[name] = value;
  return record as unknown as CallRecord & { state: CallState };
}

/** A change as DynamoDB's UpdateItem takes it. The record must exist: an update would make one otherwise. */
export function updateOf(id: string, { expects, set, remove }: Change) {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const name = (field: string) => {
    names[`#${field}`] = field;
    return `#${field}`;
  };
  const conditions = [`attribute_exists(${name("pk")})`];
  for (const [field, value] of Object.entries(expects)) {
    if (value === undefined) {
      conditions.push(`attribute_not_exists(${name(field)})`);
    } else {
      values[`:was_${field}`] = attributeOf(field, value);
      conditions.push(`${name(field)} = :was_${field}`);
    }
  }
  const sets = Object.entries(set).filter(([, value]) => value !== undefined);
  const removes: (Field | "open")[] = [...remove];
  const assignments = sets.map(([field, value]) => {
    values[`:${field}`] = attributeOf(field, value!);
    return `${name(field)} = :${field}`;
  });
  // An item is in the index just while it has both of its keys.
  if (set.nextDue !== undefined) {
    values[":open"] = { S: openKey(id) };
    assignments.push(`${name("open")} = :open`);
  }
  if (remove.includes("nextDue")) removes.push("open");
  const parts = [
    ...(assignments.length > 0 ? [`SET ${assignments.join(", ")}`] : []),
    ...(removes.length > 0 ? [`REMOVE ${removes.map(name).join(", ")}`] : []),
  ];
  return {
    Key: { pk: { S: id }, sk: { S: RECORD_KEY } },
    UpdateExpression: parts.join(" "),
    ConditionExpression: conditions.join(" AND "),
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

function attributeOf(name: string, value: string | number | object): AttributeValue {
  if (TEXTS.has(name)) return { S: JSON.stringify(value) };
  return attributeValue(value as string | number);
}

function jsonOf<T>(item: Attributes, name: string): T | undefined {
  const text = textOf(item, name);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch {
    return undefined;
  }
}
