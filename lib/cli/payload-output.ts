import { pipeline } from "node:stream/promises";
import type { CallRecord } from "../calls";
import type { Part } from "../calls/aws";
import { CallsError, type OperatorStores } from "../calls/operator";
import { bytesText } from "./bytes";

/** More than this scrolls everything else away. */
const MOST_ON_TERMINAL = 64 * 1024;

/** Writes a call's input or output to standard output, byte for byte; on a terminal as the same JSON without what that would obey. */
export async function printPayload(
  stores: OperatorStores,
  record: CallRecord,
  what: "input" | "output",
  { force = false }: { readonly force?: boolean },
): Promise<void> {
  const ref = record[what];
  const { id, state, attempt, error } = record;
  if (ref === undefined) {
    const why = error ? ` (${error.type}: ${error.message})` : "";
    throw new CallsError(`${id} has no output: it is ${state}${why}.`, `Look at it: slipway calls show ${id}`);
  }
  const bytes = ref.in === "record" ? Buffer.byteLength(ref.body) : ref.bytes;
  const isTerminal = process.stdout.isTTY;
  if (isTerminal && bytes > MOST_ON_TERMINAL && !force) {
    throw new CallsError(
      `The ${what} of ${id} is ${bytesText(bytes)}: too much for a terminal.`,
      `Send it to a file: slipway calls show ${id} --${what} > ${what}.json. Or take it here with --force.`,
    );
  }
  const part: Part = what === "input" ? "in" : `out#${attempt}`;
  if (ref.in === "record") return write([ref.body], isTerminal);
  const payloads = await stores.payloads();
  try {
    if (ref.in === "item") return await write([await payloads.text(id, part, ref)], isTerminal);
    await write((await payloads.stream(id, part)).setEncoding("utf8"), isTerminal);
  } catch (error) {
    if (!(error instanceof Error) || !(error.name === "NoSuchKey" || / is gone$/.test(error.message))) throw error;
    throw new CallsError(`The ${what} of ${id} is gone: it is past its retention.`);
  }
}

async function write(parts: Iterable<string> | AsyncIterable<string>, isTerminal: boolean): Promise<void> {
  async function* shown() {
    for await (const part of parts) yield isTerminal ? escaped(part) : part;
    if (isTerminal) yield "\n";
  }
  await pipeline(shown, process.stdout, { end: false });
}

/** In JSON such characters can only be in strings, where their escapes mean the same. */
function escaped(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
