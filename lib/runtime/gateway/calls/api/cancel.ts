import { applied, type CallRecord, cancel, tagOf } from "../../../../calls";
import { persistently } from "../persistently";
import { unavailable } from "./api-error";
import { json, type Outcome } from "./exchange";
import { isCancelWanted, type Results } from "./result";
import type { CallStores } from "./stores";

const CANCEL_MS = 10_000;

/** Each time that the record has moved on meanwhile, it is looked at again. */
const MOST_LOOKS = 10;

/** Ends a call that nobody runs; tells the task that runs one. */
export async function cancelCall(
  id: string,
  { table, clock, waiters, retentionS }: CallStores,
  results: Results,
  signal: AbortSignal,
): Promise<Outcome> {
  const until = performance.now() + CANCEL_MS;
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const record = await results.record(id, signal);
    const decision = cancel(record, clock.now(), { retentionS });
    if (decision.kind === "over") return answer(record);
    const changed = await persistently({ what: "cancel the call", until }, (limit, isRepeat) =>
      table.change(id, decision.change, limit, isRepeat),
    );
    if (!changed) continue;
    const next = applied(record, decision.change)!;
    if (decision.kind === "close") {
      waiters.over(id);
      return answer(next);
    }
    await persistently({ what: "tell the task that runs the call", until }, (limit) =>
      table.askToCancel(tagOf(id)!, decision.owner, id, record.expiresAt, limit),
    );
    return answer(next);
  }
  throw unavailable("The call's record changed each time before it could be cancelled; ask again.", id);
}

function answer(record: CallRecord): Outcome {
  const { id, state } = record;
  return json(200, { call_id: id, state, cancel_requested: isCancelWanted(record) });
}
