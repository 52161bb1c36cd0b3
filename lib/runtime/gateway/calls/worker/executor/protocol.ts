import * as z from "zod";
import { rawMember } from "./raw-json";

/** What both sides of a connection must be of. */
export const PROTOCOL = 1;

/** A line is at most this long, its end included. */
export const MOST_LINE_BYTES = 1024 * 1024;

/** Arguments and results above this are files. */
export const MOST_INLINE_BYTES = 64 * 1024;

export type CancelReason = "cancelled" | "timeout" | "shutdown";

/** One attempt of one call. */
export interface AttemptKey {
  readonly call: string;
  readonly attempt: number;
}

const n = z.number();
const message = z.string();
const attempt = { call: z.string(), attempt: z.number().int() };
const error = z.object({ type: z.string(), message: z.string(), traceback: z.string() });

const hello = z.object({
  op: z.literal("hello"),
  channel: z.enum(["control", "data"]),
  protocol: z.literal(PROTOCOL),
});

const controlLine = z.discriminatedUnion("op", [
  z.object({ op: z.literal("ready"), protocol: z.literal(PROTOCOL) }),
  z.object({ op: z.literal("failed"), message }),
  z.object({ op: z.literal("ping"), n }),
  z.object({ op: z.literal("pong"), n }),
]);

const dataLine = z.discriminatedUnion("op", [
  z.object({ op: z.literal("started"), ...attempt }),
  z.object({ op: z.literal("done"), ...attempt, file: z.string().optional() }),
  z.object({ op: z.literal("error"), ...attempt, error }),
  z.object({ op: z.literal("cancelled"), ...attempt }),
  z.object({ op: z.literal("died"), ...attempt, message }),
  z.object({ op: z.literal("log"), ...attempt, stream: z.enum(["stdout", "stderr"]), line: z.string() }),
]);

export type Channel = z.infer<typeof hello>["channel"];
export type ControlLine = z.infer<typeof controlLine>;
/** `result`: the JSON text as it came. Read and written again it might be another: 1.0 would be 1, a large integer a near one. */
export type DataLine =
  | Exclude<z.infer<typeof dataLine>, { op: "done" }>
  | ({ readonly op: "done" } & AttemptKey & ({ readonly result: string } | { readonly file: string }));

/** Undefined for what is not of the protocol's form, as with the two below. Members that a newer executor adds do no harm. */
export function readHello(line: string): Channel | undefined {
  return hello.safeParse(json(line)).data?.channel;
}

export function readControlLine(line: string): ControlLine | undefined {
  return controlLine.safeParse(json(line)).data;
}

/** Why the executor cannot load the code; undefined for any other line. */
export function readFailed(line: string): string | undefined {
  const read = readControlLine(line);
  return read?.op === "failed" ? read.message : undefined;
}

export function readDataLine(line: string): DataLine | undefined {
  const read = dataLine.safeParse(json(line)).data;
  if (read?.op !== "done") return read;
  const { file, ...done } = read;
  const result = rawMember(line, "result");
  if (file !== undefined) return result === undefined ? { ...done, file } : undefined;
  return result === undefined ? undefined : { ...done, result };
}

/** Arguments as a spawn recorded them: an object with `args` and maybe `kwargs`. */
export function isArguments(text: string): boolean {
  const value = json(text);
  if (typeof value !== "object" || value === null) return false;
  const { args, kwargs = {} } = value as Record<string, unknown>;
  return Array.isArray(args) && typeof kwargs === "object" && kwargs !== null && !Array.isArray(kwargs);
}

/** The line that runs an attempt. `input` is the JSON text of its arguments, put in as it is: see `DataLine`. */
export function runLine(
  { call, attempt }: AttemptKey,
  deadlineMs: number,
  input: { readonly text: string } | { readonly file: string },
): string {
  const head = { op: "run", call, attempt, deadlineMs };
  if ("file" in input) return JSON.stringify({ ...head, file: input.file });
  const args = rawMember(input.text, "args") ?? "[]";
  const kwargs = rawMember(input.text, "kwargs") ?? "{}";
  // Between JSON's tokens only, since a string has none of these: the line stays one.
  const members = `"args":${args},"kwargs":${kwargs}`.replace(/[\r\n]/g, " ");
  return `${JSON.stringify(head).slice(0, -1)},${members}}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
