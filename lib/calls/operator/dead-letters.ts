import type { CallQueue, Received } from "../aws";
import type { CallRecord } from "../record";
import type { OperatorStores } from "./stores";

/** Whoever breaks off a look has hidden its messages from others for so long at the most. */
export const HIDDEN_MS = 60_000;

const MOST_AT_ONCE = 10;

/** Long enough for SQS to ask all of its servers: a shorter look may miss messages. */
const WAIT_S = 1;

/** A message of the dead-letter queue, and the call that it is of. */
export interface DeadLetter extends Received {
  readonly record: CallRecord | undefined;
}

/** Takes messages until there are no more, up to so many, ten at a time. They stay hidden until they are given back. */
export async function* deadLetters(
  { survey }: OperatorStores,
  queue: CallQueue,
  limit: number,
  isOver: () => boolean = () => false,
): AsyncGenerator<DeadLetter[]> {
  for (let left = limit; left > 0 && !isOver(); ) {
    const received = await queue.receive(Math.min(MOST_AT_ONCE, left), HIDDEN_MS, undefined, WAIT_S);
    if (received.length === 0) return;
    left -= received.length;
    const calls = received.flatMap(({ message }) => message?.call ?? []);
    const records = new Map((await survey.records(calls)).map((record) => [record.id, record]));
    yield received.map((one) => ({ ...one, record: one.message && records.get(one.message.call) }));
  }
}

/** Looks at messages and gives them back. */
export async function peek(stores: OperatorStores, queue: CallQueue, limit: number): Promise<DeadLetter[]> {
  const seen: DeadLetter[] = [];
  try {
    for await (const letters of deadLetters(stores, queue, limit)) seen.push(...letters);
  } finally {
    await giveBack(queue, seen);
  }
  return seen;
}

/** One that is not given back comes back by itself. */
export async function giveBack(queue: CallQueue, letters: readonly Received[]): Promise<void> {
  await Promise.allSettled(letters.map(({ receipt }) => queue.hide(receipt, 0)));
}
