import { Readable } from "node:stream";
import {
  type CallRecord,
  create,
  type FunctionEntry,
  newCallId,
  type PayloadRef,
  sent,
  sha256,
} from "../../../../calls";
import { INLINE_BYTES } from "../../../../calls/aws";
import { isFinalRefusal, persistently, Unavailable } from "../persistently";
import { ApiError, unavailable } from "./api-error";
import type { ApiRequest } from "./exchange";
import { type Payload, readPayload } from "./payload";
import { stallWatch } from "./stall-watch";
import type { CallStores } from "./stores";

/** A spawn is accepted, or said not to be, within this; a body that is streamed has its own time before it. */
const SPAWN_MS = 10_000;

/** What is streamed to the bucket and makes no progress for so long is given up. */
const STALL_MS = 30_000;

const LONGEST_KEY = 256;

export interface Spawned {
  readonly id: string;
  readonly state: CallRecord["state"];
}

/** Payload, then record, then message: what a crash between them leaves is an unread payload, or a record that is swept. */
export class Spawner {
  constructor(private readonly stores: CallStores) {}

  async spawn(request: ApiRequest, entry: FunctionEntry): Promise<Spawned> {
    const key = idempotencyKey(request.headers["idempotency-key"]);
    // With a key the call may be one that has its place already.
    if (key === undefined) await this.takePlace(entry, performance.now() + SPAWN_MS);
    const declared = request.headers["content-length"];
    const payload = await readPayload(
      request.body,
      entry.maxPayloadBytes,
      declared === undefined ? undefined : Number(declared),
    );
    const fresh = newCallId(entry.tag);
    const streamed = payload.kind === "streamed" ? await this.upload(fresh, payload) : undefined;
    const until = performance.now() + SPAWN_MS;
    const digest = payload.kind === "whole" ? payload.sha256 : payload.digest.sha256();
    const id = key === undefined ? fresh : await this.claim(key, fresh, digest, entry, until);
    if (id !== fresh) {
      // What was streamed for nothing the bucket's lifecycle removes: a caller may delete no payload.
      const record = await this.read(id, until);
      if (record) return this.finish(record, entry, until);
    }
    if (key !== undefined) await this.takePlace(entry, until);
    const { now, rules } = this.rules(entry);
    const expiresAt = Math.ceil((now + rules.deadlineMs) / 1000) + rules.retentionS;
    const input = streamed ?? (await this.store(id, payload as Payload & { kind: "whole" }, expiresAt, until));
    const record = create({ id, app: entry.app, fn: entry.name, input, now }, rules);
    return this.finish(await this.record(record, until), entry, until);
  }

  private async takePlace({ queueUrl, maxPending, app, name }: FunctionEntry, until: number): Promise<void> {
    if (maxPending === undefined || (await this.stores.queues.takePlace(queueUrl, maxPending, until))) return;
    throw new ApiError(
      "too_many_pending",
      `${app}/${name} has its maxPending of ${maxPending} open calls: ask again when some have ended.`,
      { retryAfterSeconds: 1 },
    );
  }

  private async upload(id: string, payload: Payload & { kind: "streamed" }): Promise<PayloadRef> {
    const { chunks, digest } = payload;
    const body = Readable.from(chunks, { objectMode: false });
    const watch = stallWatch(() => digest.bytes, STALL_MS);
    let failure: unknown;
    // The SDK may wrap what the body throws, such as that it is too large.
    body.on("error", (error) => {
      failure = error;
    });
    try {
      await this.stores.payloads.upload(id, "in", body, watch.signal);
    } catch (error) {
      body.destroy();
      if (failure !== undefined) throw failure;
      throw new Unavailable("write the payload", error);
    } finally {
      watch.stop();
    }
    return { in: "s3", bytes: digest.bytes, sha256: digest.sha256() };
  }

  /** The id of the call that a key stands for: `fresh` where the key is new. */
  private async claim(key: string, fresh: string, digest: string, entry: FunctionEntry, until: number) {
    const { table, clock, retentionS } = this.stores;
    const nowSeconds = Math.floor(clock.now() / 1000);
    // It is over before the record is gone, whose time counts from the call's end: a key without a record is one whose spawn
    // was cut short, never one of a call that has been and gone.
    const wanted = { callId: fresh, payloadSha256: digest, expiresAt: nowSeconds + retentionS };
    const found = await persistently({ what: "write the idempotency key", until }, (signal) =>
      table.claimKey(`ik#${entry.tag}#${sha256(key)}`, wanted, nowSeconds, signal),
    );
    if (found.payloadSha256 !== digest) {
      throw new ApiError(
        "idempotency_conflict",
        "The Idempotency-Key was used with another payload: use a new key for another call.",
        { callId: found.callId },
      );
    }
    return found.callId;
  }

  private store(id: string, { text, sha256 }: Payload & { kind: "whole" }, expiresAt: number, until: number) {
    const options = { inlineBytes: INLINE_BYTES, expiresAt, sha256 };
    return persistently({ what: "write the payload", until }, (signal) =>
      this.stores.payloads.put(id, "in", text, options, signal),
    );
  }

  private read(id: string, until: number): Promise<CallRecord | undefined> {
    return persistently({ what: "read the record", until }, (signal) => this.stores.table.get(id, signal));
  }

  /** The record as it is: ours, or, where a key brought two here, the other's. */
  private async record(record: CallRecord, until: number): Promise<CallRecord> {
    try {
      return await persistently({ what: "write the record", until }, async (signal) => {
        if (await this.stores.table.create(record, signal)) return record;
        const other = await this.stores.table.get(record.id, signal);
        if (other === undefined) throw new Error("the record is neither there nor can it be made");
        return other;
      });
    } catch (error) {
      throw doubtful(error, record.id);
    }
  }

  /** The message, unless it is certain that there was one. */
  private async finish(record: CallRecord, entry: FunctionEntry, until: number): Promise<Spawned> {
    const { id, state } = record;
    const { waiters, self, queues, wake } = this.stores;
    if (state !== "PENDING" || record.sentAt !== undefined) return { id, state };
    const notify = self === undefined ? undefined : { url: self, secret: waiters.expect(id) };
    try {
      await persistently({ what: "send the message", until }, (signal) =>
        queues.at(entry.queueUrl).send({ call: id, notify }, 0, signal),
      );
    } catch (error) {
      // There is a record, and nothing that was accepted is lost: the control service sends what has no message.
      throw doubtful(error, id, true);
    }
    wake.ask(entry.tag, id);
    this.markSent(record);
    return { id, state };
  }

  /** Without the mark the control service sends another message, which does no harm. */
  private markSent(record: CallRecord): void {
    const { table, clock, log } = this.stores;
    const until = performance.now() + SPAWN_MS;
    persistently({ what: "mark the message as sent", until }, (signal) =>
      table.change(record.id, sent(record, clock.now()), signal),
    ).catch((error: Error) => log.warn("mark_sent_failed", { call: record.id, message: error.message }));
  }

  private rules({ queueMs, deadlineMs }: FunctionEntry) {
    const { clock, retentionS } = this.stores;
    return { now: clock.now(), rules: { queueMs, deadlineMs, retentionS } };
  }
}

function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === "string" && header.length > 0 && header.length <= LONGEST_KEY) return header;
  throw new ApiError("invalid_call", `The Idempotency-Key must be one of 1 to ${LONGEST_KEY} characters.`);
}

/** What may have taken place is not said not to have. */
function doubtful(error: unknown, id: string, isRecorded = false): unknown {
  if (!(error instanceof Unavailable)) return error;
  if (!isRecorded && isFinalRefusal(error.cause)) return error;
  const known = isRecorded ? "The call is recorded, and begins later" : "The call may have been recorded";
  const refusal = unavailable(
    `${known} as ${id}: its state says so, or asking again with the same Idempotency-Key does.`,
    id,
  );
  refusal.cause = error;
  return refusal;
}
