import type { CallRecord, CallState, PayloadRef } from "../calls";
import { objectKey, type Part } from "../calls/aws";
import { fromNow, span } from "./age";
import { bytesText } from "./bytes";
import { printable } from "./printable";
import type { styleFor } from "./style";
import { table } from "./table";

export interface TextOptions {
  /** Milliseconds since 1970 on AWS's clock. */
  readonly now: number;
  readonly style: ReturnType<typeof styleFor>;
}

const COLOURS = {
  PENDING: "yellow",
  RUNNING: "cyan",
  SUCCESS: "green",
  FAILURE: "red",
  TIMEOUT: "red",
  CANCELLED: "magenta",
  EXPIRED: "magenta",
} as const satisfies Record<CallState, string>;

export function callsTable(records: readonly CallRecord[], { now, style }: TextOptions): string {
  const head = ["CALL", "FUNCTION", "STATE", "ATTEMPT", "AGE", "ERROR"];
  const rows = records.map(({ id, app, fn, state, attempt, createdAt, error }) => [
    id,
    `${app}/${fn}`,
    style(COLOURS[state], state),
    String(attempt),
    span(now - createdAt),
    printable(error?.type ?? "-"),
  ]);
  return table([head.map((title) => style("dim", title)), ...rows]);
}

/** Everything that a record says. */
export function callText(record: CallRecord, bucket: string | undefined, { now, style }: TextOptions): string {
  const { id, state, error } = record;
  const at = (ms: number | undefined) =>
    ms === undefined
      ? undefined
      : `${new Date(ms).toISOString().replace("T", " ").replace("Z", " UTC")}, ${fromNow(new Date(ms), new Date(now))}`;
  const isOpen = record.finishedAt === undefined;
  const lines: [string, string | undefined][] = [
    ["function", `${record.app}/${record.fn}`],
    ["attempt", attemptText(record)],
    ["created", at(record.createdAt)],
    ["sent", at(record.sentAt) ?? (isOpen ? "not for certain; the control service sends what was not" : undefined)],
    ["not before", at(record.notBefore)],
    ["started", at(record.startedAt)],
    ["finished", at(record.finishedAt)],
    ["cancel asked", at(record.cancelRequestedAt)],
    ["run by", record.leaseOwner && printable(record.leaseOwner)],
    ["lease until", at(record.leaseUntil)],
    ["start by", isOpen && record.startedAt === undefined ? at(record.startBy) : undefined],
    ["attempt by", at(record.attemptBy)],
    ["done by", isOpen ? at(record.doneBy) : undefined],
    ["looked at", at(record.nextDue)],
    ["kept until", at(record.expiresAt * 1000)],
    ["input", placeOf(id, "in", record.input, bucket)],
    ["output", record.output && placeOf(id, `out#${record.attempt}`, record.output, bucket)],
    ["error", error && style("red", printable(`${error.type}: ${error.message}`))],
  ];
  const shown = lines.flatMap(([title, text]) => (text === undefined ? [] : [`  ${title.padEnd(14)}${text}`]));
  const traceback = error?.traceback ? printable(error.traceback.trimEnd(), { lines: true }).split("\n") : [];
  return [
    `${style("bold", id)}  ${style(COLOURS[state], state)}`,
    ...shown,
    ...traceback.map((line) => `    ${style("dim", line)}`),
  ].join("\n");
}

function attemptText({ attempt, deliveries, retried }: CallRecord): string {
  return [
    String(attempt),
    ...(deliveries > 1 ? [`begun ${deliveries} times since one last ended by itself`] : []),
    ...(retried > 0 ? [retried === 1 ? "1 retry" : `${retried} retries`] : []),
  ].join(", ");
}

function placeOf(id: string, part: Part, ref: PayloadRef, bucket: string | undefined): string {
  switch (ref.in) {
    case "record":
      return `${bytesText(Buffer.byteLength(ref.body))} in the record`;
    case "item":
      return `${bytesText(ref.bytes)} in the item ${id}, ${part}`;
    case "s3":
      return `${bytesText(ref.bytes)} in s3://${bucket ?? "<bucket>"}/${objectKey(id, part)}`;
  }
}
