import type { CallRecord, PayloadRef } from "../calls";

/** A call as programs read it: by the names of `GET /v1/calls/<id>`, and the rest of the record after them. */
export function callJson(record: CallRecord) {
  return {
    call_id: record.id,
    app: record.app,
    function: record.fn,
    state: record.state,
    attempt: record.attempt,
    created_at: time(record.createdAt),
    started_at: time(record.startedAt),
    finished_at: time(record.finishedAt),
    cancel_requested: record.cancelRequestedAt !== undefined,
    error: record.error ?? null,
    deliveries: record.deliveries,
    retried: record.retried,
    sent_at: time(record.sentAt),
    not_before: time(record.notBefore),
    start_by: time(record.startBy),
    attempt_by: time(record.attemptBy),
    done_by: time(record.doneBy),
    lease_owner: record.leaseOwner ?? null,
    lease_until: time(record.leaseUntil),
    next_due: time(record.nextDue),
    expires_at: time(record.expiresAt * 1000),
    input: payload(record.input),
    output: record.output ? payload(record.output) : null,
  };
}

function payload(ref: PayloadRef) {
  return ref.in === "record" ? { in: ref.in, bytes: Buffer.byteLength(ref.body) } : ref;
}

function time(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
