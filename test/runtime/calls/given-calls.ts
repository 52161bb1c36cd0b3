import { createHash } from "node:crypto";
import {
  applied,
  type CallRecord,
  type Change,
  cancel,
  claim,
  create,
  type FunctionEntry,
  fail,
  newCallId,
  sent,
  succeed,
} from "../../../lib/calls";
import { INLINE_BYTES, type Part } from "../../../lib/calls/aws";
import { type AwsStandIns, RETENTION_S } from "./aws-stand-ins";

const RULES = {
  attemptMs: 60_000,
  visibilityMs: 5000,
  maxDeliveries: 3,
  retries: { maxRetries: 0, initialDelayMs: 0, backoffCoefficient: 1, maxDelayMs: 0 },
  retentionS: RETENTION_S,
};

export interface Given {
  readonly input?: string;
  readonly createdAt?: number;
  readonly error?: { readonly type: string; readonly message: string; readonly traceback: string };
}

/** Calls that came to be as they are by the transitions that a gateway and a worker make. */
export class GivenCalls {
  constructor(
    private readonly aws: AwsStandIns,
    private readonly fn: FunctionEntry,
  ) {}

  async pending({ input = '{"args":[1],"kwargs":{}}', createdAt = Date.now() }: Given = {}): Promise<CallRecord> {
    const id = newCallId(this.fn.tag);
    const { app, name, queueMs, deadlineMs } = this.fn;
    const expiresAt = Math.ceil((createdAt + deadlineMs) / 1000) + RETENTION_S;
    const ref = await this.put(id, "in", input, expiresAt);
    const record = create(
      { id, app, fn: name, input: ref, now: createdAt },
      { queueMs, deadlineMs, retentionS: RETENTION_S },
    );
    await this.aws.table.create(record);
    return this.changed(record, sent(record, createdAt));
  }

  async running(given: Given = {}): Promise<CallRecord> {
    const record = await this.pending(given);
    const begun = claim(record, { owner: "task-1", now: record.createdAt }, RULES);
    return this.changed(record, (begun as { change: Change }).change);
  }

  async successful(output: string, given: Given = {}): Promise<CallRecord> {
    const record = await this.running(given);
    const ref = await this.put(record.id, `out#${record.attempt}`, output, record.expiresAt);
    return this.changed(record, succeed(record, ref, Date.now(), RULES).change);
  }

  async failed(given: Given = {}): Promise<CallRecord> {
    const record = await this.running(given);
    const error = given.error ?? { type: "PoisonCall", message: "3 workers died", traceback: "" };
    return this.changed(record, fail(record, "error", error, Date.now(), RULES).change);
  }

  async cancelled(given: Given = {}): Promise<CallRecord> {
    const record = await this.pending(given);
    return this.changed(record, (cancel(record, Date.now(), RULES) as { change: Change }).change);
  }

  /** With a message in the dead-letter queue. */
  async dead(record: CallRecord | Promise<CallRecord>): Promise<CallRecord> {
    await this.aws.queue(this.fn.dlqUrl).send({ call: (await record).id });
    return record;
  }

  private put(id: string, part: Part, body: string, expiresAt: number) {
    const sha256 = createHash("sha256").update(body).digest("hex");
    return this.aws.payloads.put(id, part, body, { inlineBytes: INLINE_BYTES, expiresAt, sha256 });
  }

  private async changed(record: CallRecord, change: Change): Promise<CallRecord> {
    if (!(await this.aws.table.change(record.id, change))) throw new Error(`${record.id} is not as it was made`);
    return applied(record, change)!;
  }
}
