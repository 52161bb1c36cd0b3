import { setTimeout as delay } from "node:timers/promises";

/** Polls until the value is truthy. */
export async function until<T>(
  what: string,
  value: () => T | Promise<T>,
  withinMs = 10_000,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const current = await value();
    if (current) return current as NonNullable<Exclude<T, false>>;
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${what}`);
    await delay(10);
  }
}
