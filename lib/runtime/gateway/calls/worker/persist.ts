import { setTimeout as delay } from "node:timers/promises";
import { withLimit } from "../persistently";

/** One try, with the SDK's own retries in it. */
const TRY_MS = 5000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5000;

type Ask<T> = (signal: AbortSignal, isRepeat: boolean) => Promise<T>;

/** One question to AWS, whose answer is not awaited for longer. */
export function within<T>(ms: number, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return withLimit(ms, undefined, ask);
}

/**
 * Asks AWS again and again, for as long as an answer is of use; throws what the last try threw.
 * @param ask `isRepeat`: it may have taken place without our knowing
 * @param tryMs what moves much data needs longer
 */
export async function persist<T>(ask: Ask<T>, isOfUse: () => boolean, tryMs = TRY_MS): Promise<T> {
  let pauseMs = FIRST_PAUSE_MS;
  for (let tries = 0; ; tries++) {
    try {
      return await within(tryMs, (signal) => ask(signal, tries > 0));
    } catch (error) {
      if (!isOfUse()) throw error;
    }
    // Jitter: those who failed together do not come back together.
    await delay(pauseMs * (0.5 + Math.random()));
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}

/** For what is only better done than left: somebody else makes up for it later. */
export async function tryFor(ms: number, ask: Ask<unknown>): Promise<boolean> {
  const start = performance.now();
  try {
    await persist(ask, () => performance.now() - start < ms);
    return true;
  } catch {
    return false;
  }
}
