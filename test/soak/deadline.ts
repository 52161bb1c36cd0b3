import { setTimeout as delay } from "node:timers/promises";

/** What hangs is broken too: rejects when the work is not over in time. */
export async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const deadline = delay(seconds * 1000, undefined, { signal: over.signal }).then(
    () => Promise.reject(new Error(`not over within ${seconds} s`)),
    () => new Promise<never>(() => undefined),
  );
  try {
    return await Promise.race([work, deadline]);
  } finally {
    over.abort();
  }
}
