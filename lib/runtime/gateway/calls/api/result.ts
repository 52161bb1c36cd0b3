import { Readable } from "node:stream";
import { type CallRecord, isFinal, type PayloadRef } from "../../../../calls";
import { isNoObject } from "../../../../calls/aws";
import { persistently } from "../persistently";
import { ApiError, callExpired, callNotFound } from "./api-error";
import { type ApiRequest, json, type Outcome } from "./exchange";
import type { CallStores } from "./stores";

/** One look at the table. */
const READ_MS = 5000;

/** Longer than this a load balancer's idle timeout may cut, and clients ask again anyway. */
const LONGEST_WAIT_S = 55;

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** What became of calls. */
export class Results {
  constructor(private readonly stores: CallStores) {}

  async record(id: string, signal: AbortSignal): Promise<CallRecord> {
    const { table, clock } = this.stores;
    const until = performance.now() + READ_MS;
    const record = await persistently({ what: "read the record", until, signal }, (limit) => table.get(id, limit));
    if (record === undefined) throw callNotFound(id);
    // TTL may take days over what has expired.
    if (record.expiresAt * 1000 <= clock.now()) throw callExpired(id);
    return record;
  }

  async status(id: string, signal: AbortSignal): Promise<Outcome> {
    return json(200, statusOf(await this.record(id, signal)));
  }

  /** Waits for the call's end by the worker's word, and by looking now and then, since words may be lost. */
  async result(
    id: string,
    wait: string | null,
    { signal, leaving, mostWaitMs = Number.POSITIVE_INFINITY }: Pick<ApiRequest, "signal" | "leaving" | "mostWaitMs">,
  ): Promise<Outcome> {
    const until = performance.now() + Math.min(waitMs(wait), mostWaitMs);
    const over = leaving === undefined ? signal : AbortSignal.any([signal, leaving]);
    const listener = this.stores.waiters.listen(id);
    let pause = FIRST_PAUSE_MS;
    try {
      for (;;) {
        const record = await this.record(id, signal);
        if (isFinal(record.state)) {
          this.stores.waiters.over(id);
          return await this.outcome(record, signal);
        }
        const left = until - performance.now();
        if (left <= 0 || over.aborted) return json(202, { call_id: id, state: record.state });
        await listener.wait(Math.min(pause, left), over);
        pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5);
      }
    } finally {
      listener.close();
    }
  }

  private async outcome(record: CallRecord, signal: AbortSignal): Promise<Outcome> {
    const { id, state, output, error } = record;
    if (state !== "SUCCESS") return json(200, { call_id: id, state, error: error ?? null });
    const [before, after] = envelope(id);
    if (output?.in === "s3") return this.streamed(record, output, [before, after], signal);
    const part = `out#${record.attempt}` as const;
    const until = performance.now() + READ_MS;
    const text =
      output === undefined
        ? "null"
        : await persistently({ what: "read the result", until, signal }, (limit) =>
            this.stores.payloads.text(id, part, output, limit),
          );
    const body = `${before}${text}${after}`;
    return { status: 200, headers: headersFor(Buffer.byteLength(body)), body };
  }

  /** The length is known before, so that a client notices a result that was cut off. */
  private async streamed(
    { id, attempt }: CallRecord,
    ref: PayloadRef & { in: "s3" },
    [before, after]: readonly [string, string],
    signal: AbortSignal,
  ): Promise<Outcome> {
    const until = performance.now() + READ_MS;
    let content: Readable;
    try {
      content = await persistently({ what: "read the result", until, signal }, (limit) =>
        this.stores.payloads.stream(id, `out#${attempt}`, limit),
      );
    } catch (error) {
      if (isNoObject((error as { cause?: unknown }).cause)) throw callExpired(id);
      throw error;
    }
    async function* body() {
      yield before;
      yield* content;
      yield after;
    }
    const length = Buffer.byteLength(before) + ref.bytes + Buffer.byteLength(after);
    return { status: 200, headers: headersFor(length), body: Readable.from(body(), { objectMode: false }) };
  }
}

function envelope(id: string): readonly [before: string, after: string] {
  return [`{"call_id":${JSON.stringify(id)},"state":"SUCCESS","result":`, "}"];
}

function headersFor(length: number) {
  return { "content-type": "application/json", "content-length": String(length) };
}

function waitMs(wait: string | null): number {
  const seconds = wait === null ? 0 : wait.trim() === "" ? Number.NaN : Number(wait);
  if (seconds >= 0 && seconds <= LONGEST_WAIT_S) return seconds * 1000;
  throw new ApiError("invalid_call", `wait must be a number of seconds from 0 to ${LONGEST_WAIT_S}.`);
}

export function statusOf(record: CallRecord): object {
  return {
    call_id: record.id,
    app: record.app,
    function: record.fn,
    state: record.state,
    attempt: record.attempt,
    created_at: iso(record.createdAt),
    started_at: iso(record.startedAt),
    finished_at: iso(record.finishedAt),
    cancel_requested: isCancelWanted(record),
    error: record.error ?? null,
  };
}

export function isCancelWanted({ cancelRequestedAt, state }: CallRecord): boolean {
  return cancelRequestedAt !== undefined || state === "CANCELLED";
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
