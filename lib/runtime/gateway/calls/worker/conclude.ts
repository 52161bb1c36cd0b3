import { applied, type CallRecord, type CallState, sent } from "../../../../calls";
import { doneRequest } from "../done-word";
import { type After, type AttemptEnd, afterAttempt } from "./after-attempt";
import type { HeldMessage } from "./held-message";
import { persist, tryFor } from "./persist";
import type { WorkerContext } from "./worker-context";

const TRY_MS = 10_000;
const NOTIFY_MS = 2000;

/** The call's state after an attempt, or why there is nothing of the attempt in it. */
export type Concluded = CallState | "RETRY" | "LOST" | "GIVEN_UP";

/**
 * Records an attempt's end, if the attempt is still the call's: the condition of the write decides, whatever this worker thinks.
 * The record first, then its messages, so that what is cut off between them is found by who gets the message.
 */
export async function conclude(
  record: CallRecord,
  end: AttemptEnd,
  message: HeldMessage,
  context: WorkerContext,
  isOfUse: () => boolean,
): Promise<Concluded> {
  const after = afterAttempt(record, end, context.clock.now(), context.rules);
  let isOurs: boolean;
  try {
    isOurs = await persist(
      (signal, isRepeat) => context.table.change(record.id, after.change, signal, isRepeat),
      isOfUse,
    );
  } catch {
    return "GIVEN_UP";
  }
  if (!isOurs) {
    message.stop();
    return "LOST";
  }
  await follow(record, after, message, context);
  return after.kind === "close" ? after.state : after.kind === "retry" ? "RETRY" : "PENDING";
}

/** What a recorded change means for messages. */
async function follow(record: CallRecord, after: After, message: HeldMessage, context: WorkerContext): Promise<void> {
  const { queue, table, clock } = context;
  if (after.kind === "close") return closeMessage(message, after.poison, context);
  if (after.kind === "again") return message.giveBack();
  const { delayMs, change } = after;
  // The old message is as good as a new one when none can be sent, if later.
  if (!(await tryFor(TRY_MS, (signal) => queue.send(message.message, delayMs, signal)))) {
    message.stop();
    return message.hideUntil(clock.now() + delayMs);
  }
  const retried = applied(record, change)!;
  await tryFor(TRY_MS, (signal) => table.change(record.id, sent(retried, clock.now()), signal));
  await message.delete();
}

/** The call is closed: so is its message, and who waits is told. */
export async function closeMessage(
  message: HeldMessage,
  poison: boolean,
  { deadLetters, log }: WorkerContext,
): Promise<void> {
  tell(message, log);
  const isKept = !poison || (await tryFor(TRY_MS, (signal) => deadLetters.sendBody(message.body, 0, signal)));
  // Otherwise it comes back, and whoever gets it sends it to the dead letters.
  if (isKept) await message.delete();
  else message.stop();
}

/** Best effort: who waits polls as well. */
function tell({ message: { notify, call } }: HeldMessage, log: WorkerContext["log"]): void {
  if (notify === undefined) return;
  try {
    const { url, init } = doneRequest(notify, call);
    fetch(url, { ...init, signal: AbortSignal.timeout(NOTIFY_MS) }).then(
      (answer) => answer.body?.cancel(),
      () => undefined,
    );
  } catch {
    log.warn("notify_invalid", { call });
  }
}
