import { tagOf } from "../call-id";
import { retentionOf } from "../retention";
import { cancel } from "../transitions";
import { CallsError } from "./calls-error";
import type { OperatorStores } from "./stores";

/** What came of a wish to cancel. */
export type CancelOutcome =
  | "cancelled"
  /** It runs: its worker is told. */
  | "asked"
  /** It runs, and only a queued one was to be cancelled. */
  | "running"
  /** It ended before. */
  | "over"
  | "gone";

/** A call may be claimed or end between the look and the write; more often than this it hardly is. */
const TRIES = 5;

export async function cancelCall(
  { table, now }: OperatorStores,
  id: string,
  { onlyQueued = false } = {},
): Promise<{ readonly outcome: CancelOutcome; readonly state?: string }> {
  for (let left = TRIES; left > 0; left -= 1) {
    const record = await table.get(id);
    if (record === undefined) return { outcome: "gone" };
    const { state } = record;
    if (onlyQueued && state === "RUNNING") return { outcome: "running", state };
    const wish = cancel(record, now(), { retentionS: retentionOf(record) });
    if (wish.kind === "over") return { outcome: "over", state };
    if (!(await table.change(id, wish.change))) continue;
    if (wish.kind === "close") return { outcome: "cancelled", state: wish.state };
    await table.askToCancel(tagOf(id)!, wish.owner, id, record.expiresAt);
    return { outcome: "asked", state };
  }
  throw new CallsError(`${id} was changed by others each time it was about to be cancelled.`, "Try again.");
}
