import { applied, type CallMessage, type CallRecord, type Claim, claim, tagOf } from "../../../../calls";
import type { Received } from "../../../../calls/aws";
import { closeMessage } from "./conclude";
import { HeldMessage } from "./held-message";
import { tryFor, within } from "./persist";
import type { WorkerContext } from "./worker-context";

const LOOK_MS = 5000;
const DLQ_MS = 10_000;

/** Of a message whose record is not there, or of a newer version than this program: another worker may know more. */
const UNKNOWN_HIDDEN_MS = 5 * 60_000;

/** How often a claim is decided anew because the record changed meanwhile. */
const MOST_LOOKS = 3;

/** What came of a message. */
export type Delivered =
  | { readonly kind: "claimed"; readonly record: CallRecord; readonly message: HeldMessage }
  | { readonly kind: "settled" }
  /** The table did not answer. `unsure`: what may have been written nonetheless. */
  | { readonly kind: "trouble"; readonly error: Error; readonly unsure?: CallRecord };

/** A message becomes an attempt, or is dealt with. */
export async function deliver(
  received: Received,
  context: WorkerContext,
  isRunningHere: (call: string) => boolean,
): Promise<Delivered> {
  const { config, clock, queue, log } = context;
  const { message: content } = received;
  if (content === undefined || tagOf(content.call) !== config.tag) {
    await discard(received, context);
    return { kind: "settled" };
  }
  const message = new HeldMessage(queue, { ...received, message: content }, config.visibilityMs, clock);
  for (let look = 1; look <= MOST_LOOKS; look++) {
    let unsure: CallRecord | undefined;
    try {
      const record = await within(LOOK_MS, (signal) => context.table.get(content.call, signal));
      if (record === undefined) {
        await orphaned(content, message, context);
        return { kind: "settled" };
      }
      const verdict = await judge(record, context, isRunningHere(record.id));
      if (verdict.kind === "later") {
        await message.hideUntil(verdict.at);
        return { kind: "settled" };
      }
      if (verdict.kind === "over") {
        // Closed by who could not send it to the dead letters any more, or by one of its other messages.
        await closeMessage(message, record.error?.type === "PoisonCall", context);
        return { kind: "settled" };
      }
      if (verdict.kind === "claim") unsure = applied(record, verdict.change);
      const isOurs = await within(LOOK_MS, (signal) => context.table.change(record.id, verdict.change, signal));
      if (!isOurs) continue;
      if (verdict.kind === "claim") return { kind: "claimed", record: unsure!, message };
      log.info("call_closed", { call: record.id, attempt: record.attempt, state: verdict.state });
      await closeMessage(message, verdict.poison, context);
      return { kind: "settled" };
    } catch (error) {
      return { kind: "trouble", error: error as Error, ...(unsure && { unsure }) };
    }
  }
  // Others are at it.
  return { kind: "settled" };
}

async function judge(record: CallRecord, context: WorkerContext, isRunningHere: boolean): Promise<Claim> {
  const { table, clock, owner, config, rules } = context;
  const now = clock.now();
  const { state, leaseOwner, leaseUntil = 0 } = record;
  if (state !== "RUNNING" || leaseOwner === undefined) return claim(record, { owner, now }, rules);
  if (leaseOwner === owner) {
    if (isRunningHere) return { kind: "later", at: now + config.visibilityMs };
    // Ours, and yet nobody runs it: it was claimed by a write whose answer was lost.
    return claim({ ...record, leaseUntil: Number.NEGATIVE_INFINITY }, { owner, now }, rules);
  }
  const ownerBeat =
    leaseUntil > now ? undefined : await within(LOOK_MS, (signal) => table.beatOf(config.tag, leaseOwner, signal));
  return claim(record, { owner, now, ...(ownerBeat !== undefined && { ownerBeat }) }, rules);
}

/** A record is written before its message, and outlives its call by the retention: older messages are about nothing any more. */
async function orphaned({ call }: CallMessage, message: HeldMessage, { config, clock, log }: WorkerContext) {
  const isPast = message.ageMs > config.retentionS * 1000;
  log.warn("record_unknown", { call, isPast });
  if (isPast) await message.delete();
  else await message.hideUntil(clock.now() + UNKNOWN_HIDDEN_MS);
}

/** Not one of this function's calls: no worker could do anything about it. */
async function discard({ body, receipt }: Received, { deadLetters, queue, log }: WorkerContext): Promise<void> {
  log.warn("message_unknown", { bytes: Buffer.byteLength(body) });
  if (await tryFor(DLQ_MS, (signal) => deadLetters.sendBody(body, 0, signal))) {
    await tryFor(DLQ_MS, (signal) => queue.delete(receipt, signal));
  }
}
