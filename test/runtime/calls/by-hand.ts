import { type AttemptRules, type CallRecord, claim, fail, type PayloadRef, sha256, succeed } from "../../../lib/calls";
import { type AwsStandIns, RETENTION_S } from "./aws-stand-ins";

const RULES: AttemptRules = {
  attemptMs: 60_000,
  visibilityMs: 30_000,
  maxDeliveries: 3,
  retentionS: RETENTION_S,
  retries: { maxRetries: 0, initialDelayMs: 0, backoffCoefficient: 1, maxDelayMs: 0 },
};

/** Does by hand what a worker does: begins a call. */
export async function begin(aws: AwsStandIns, id: string, owner = "worker"): Promise<CallRecord> {
  const decision = claim((await aws.table.get(id))!, { owner, now: Date.now() }, RULES);
  if (decision.kind !== "claim" || !(await aws.table.change(id, decision.change))) throw new Error("not claimed");
  return (await aws.table.get(id))!;
}

/** Ends it with a result, kept as its size asks. */
export async function succeedWith(aws: AwsStandIns, id: string, result: string): Promise<void> {
  const record = await begin(aws, id);
  const options = { inlineBytes: 480, expiresAt: record.expiresAt, sha256: sha256(result) };
  const output: PayloadRef = await aws.payloads.put(id, `out#${record.attempt}`, result, options);
  await aws.table.change(id, succeed(record, output, Date.now(), RULES).change);
}

/** Ends it with an error. */
export async function failWith(aws: AwsStandIns, id: string, message: string): Promise<void> {
  const record = await begin(aws, id);
  const error = { type: "ValueError", message, traceback: "Traceback: ..." };
  await aws.table.change(id, fail(record, "error", error, Date.now(), RULES).change);
}
