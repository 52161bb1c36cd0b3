import type { FunctionEntry } from "../function-entry";
import { type DeadLetter, deadLetters, giveBack } from "./dead-letters";
import { planRedrive, type RedrivePlan, type Settled } from "./redrive-plan";
import { announce, revive } from "./revive";
import type { OperatorStores } from "./stores";

/** A call that others keep changing is left for the next redrive. */
const TRIES = 5;

/** Kept messages stay hidden from this very run for so long; a run of many thousands sees some of them once more. */
const KEPT_HIDDEN_MS = 600_000;

/** What became of a message. */
export type Redriven =
  /** Busy: others change the record all the time. */
  | { readonly kind: "reopened" | "resent" | "back" | "busy" }
  | { readonly kind: "settled"; readonly why: Settled; readonly deleted: boolean };

export interface RedriveOptions {
  readonly limit: number;
  /** Also deletes messages that have nothing to be sent again for. */
  readonly discard: boolean;
  /** True when no more messages are to be taken. */
  readonly isOver: () => boolean;
  readonly onLetter: (letter: DeadLetter, became: Redriven) => void;
}

/**
 * Has the calls of dead letters run again. For each: the record is reopened, a message sent, the dead letter deleted. Broken
 * off anywhere between, the letter comes back, finds its call open, and is sent and deleted then.
 */
export async function redrive(stores: OperatorStores, entry: FunctionEntry, options: RedriveOptions): Promise<void> {
  const queue = stores.queue(entry.dlqUrl);
  const reopened = new Set<string>();
  const left = new Map<string, DeadLetter>();
  const work = async (letter: DeadLetter) => {
    const found = await redriveOne(stores, entry, letter, reopened);
    const became: Redriven = found.kind === "settled" ? { ...found, deleted: options.discard } : found;
    const isDone = became.kind === "settled" ? became.deleted : became.kind === "reopened" || became.kind === "resent";
    if (isDone) {
      await queue.delete(letter.receipt);
      left.delete(letter.id);
    } else {
      await queue.hide(letter.receipt, KEPT_HIDDEN_MS);
    }
    options.onLetter(letter, became);
  };
  try {
    for await (const letters of deadLetters(stores, queue, options.limit, options.isOver)) {
      const isOnlyLeft = letters.every(({ id }) => left.has(id));
      for (const letter of letters) left.set(letter.id, letter);
      if (isOnlyLeft) return;
      const ends = await Promise.allSettled(letters.map(work));
      for (const end of ends) if (end.status === "rejected") throw end.reason;
    }
  } finally {
    await giveBack(queue, [...left.values()]);
  }
}

async function redriveOne(
  stores: OperatorStores,
  entry: FunctionEntry,
  { message, record: seen }: DeadLetter,
  reopened: Set<string>,
): Promise<Redriven | { readonly kind: "settled"; readonly why: Settled }> {
  const id = message?.call ?? "";
  let record = seen;
  for (let left = TRIES; left > 0; left -= 1) {
    const plan = planRedrive(message, record, { tag: entry.tag, wasReopened: reopened.has(id) });
    if (plan.kind === "settled" || plan.kind === "back") return plan;
    if (plan.kind === "resend") {
      await announce(stores, plan.record, entry);
      return { kind: "resent" };
    }
    const revival = await revive(stores, plan.record, entry);
    if (revival === "no input") return { kind: "settled", why: "input gone" };
    if (revival === "revived") {
      reopened.add(id);
      return { kind: "reopened" };
    }
    record = await stores.table.get(id);
  }
  return { kind: "busy" };
}

/** What a redrive would do about a message. */
export function wouldBecome({ message, record }: DeadLetter, { tag }: FunctionEntry): RedrivePlan {
  return planRedrive(message, record, { tag });
}
