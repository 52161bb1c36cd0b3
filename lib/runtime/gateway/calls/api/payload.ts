import { createHash } from "node:crypto";
import { ApiError } from "./api-error";

/** Larger ones go to the bucket as they come, and are not looked at here. */
export const IN_MEMORY_BYTES = 1024 * 1024;

/** What a client wants a function called with. */
export type Payload =
  | { readonly kind: "whole"; readonly text: string; readonly sha256: string }
  /** The beginning is read, the rest not: `chunks` gives all, once. */
  | { readonly kind: "streamed"; readonly chunks: AsyncIterable<Buffer>; readonly digest: Digest };

/** Of what has passed so far. */
export interface Digest {
  readonly bytes: number;
  sha256(): string;
}

/** Reads a body up to what is held in memory. What is not a call's, or too large, is an `ApiError`: from here, or from `chunks`. */
export async function readPayload(
  body: AsyncIterable<Buffer>,
  mostBytes: number,
  declaredBytes: number | undefined,
): Promise<Payload> {
  if (declaredBytes !== undefined && declaredBytes > mostBytes) throw tooLarge(mostBytes);
  const iterator = body[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  let bytes = 0;
  for (;;) {
    const { value, done } = await iterator.next();
    if (done) return whole(Buffer.concat(held));
    held.push(value);
    bytes += value.length;
    if (bytes > mostBytes) throw tooLarge(mostBytes);
    if (bytes > IN_MEMORY_BYTES) break;
  }
  if (firstByte(held[0]!) !== "{") throw new ApiError("invalid_call", FORM);
  return streamed(held, iterator, mostBytes);
}

const FORM = 'The body must be JSON of the form {"args": [...], "kwargs": {...}}';

function whole(body: Buffer): Payload {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new ApiError("invalid_call", `${FORM}: it is not UTF-8.`);
  }
  const problem = payloadProblem(text);
  if (problem !== undefined) throw new ApiError("invalid_call", `${FORM}: ${problem}.`);
  return { kind: "whole", text, sha256: createHash("sha256").update(body).digest("hex") };
}

/** Undefined for the arguments of a call. It says nothing of what is in them. */
export function payloadProblem(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "it is not JSON, which has no NaN and no Infinity";
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return "it is no object";
  const { args, kwargs, ...rest } = value as Record<string, unknown>;
  if (!Array.isArray(args)) return "args is no array";
  if (typeof kwargs !== "object" || kwargs === null || Array.isArray(kwargs)) return "kwargs is no object";
  return Object.keys(rest).length > 0 ? "it has other keys" : undefined;
}

function streamed(held: Buffer[], rest: AsyncIterator<Buffer>, mostBytes: number): Payload {
  const hash = createHash("sha256");
  let bytes = 0;
  let hex: string | undefined;
  const passing = (chunk: Buffer): Buffer => {
    bytes += chunk.length;
    if (bytes > mostBytes) throw tooLarge(mostBytes);
    hash.update(chunk);
    return chunk;
  };
  async function* chunks() {
    for (let next = held.shift(); next !== undefined; next = held.shift()) yield passing(next);
    for (;;) {
      const { value, done } = await rest.next();
      if (done) return;
      yield passing(value);
    }
  }
  const digest: Digest = {
    get bytes() {
      return bytes;
    },
    sha256: () => {
      hex ??= hash.digest("hex");
      return hex;
    },
  };
  return { kind: "streamed", chunks: chunks(), digest };
}

function tooLarge(mostBytes: number): ApiError {
  return new ApiError(
    "payload_too_large",
    `The arguments are larger than the function's maxPayload of ${mostBytes} bytes: put them into a bucket and pass their key.`,
  );
}

function firstByte(chunk: Buffer): string {
  return chunk.toString("latin1", 0, 64).trimStart().slice(0, 1);
}
