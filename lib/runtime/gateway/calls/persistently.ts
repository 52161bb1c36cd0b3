import { setTimeout as delay } from "node:timers/promises";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** One question to AWS is given up then and asked again: what does not answer may have lost it. */
const TRY_MS = 3000;

/** AWS did not answer within the deadline, or refuses what would be refused again. */
export class Unavailable extends Error {
  constructor(
    readonly what: string,
    override readonly cause: unknown,
  ) {
    super(`${what}: ${(cause as Error | undefined)?.message ?? "no answer"}`);
  }
}

export interface Persistence {
  /** For the log: what is being done. */
  readonly what: string;
  /** On the clock of `performance.now()`. */
  readonly until: number;
  /** Whoever wants it has gone. */
  readonly signal?: AbortSignal;
  /** Of one try; what moves much data needs longer. */
  readonly tryMs?: number;
}

/**
 * Does something that may be done again, until it works or the deadline is over.
 * @param attempt `isRepeat`: it may have taken place without our knowing
 */
export async function persistently<T>(
  { what, until, signal, tryMs = TRY_MS }: Persistence,
  attempt: (signal: AbortSignal, isRepeat: boolean) => Promise<T>,
): Promise<T> {
  let pause = FIRST_PAUSE_MS;
  for (let tries = 0; ; tries++) {
    const left = until - performance.now();
    try {
      return await withLimit(Math.max(1, Math.min(tryMs, left)), signal, (limit) => attempt(limit, tries > 0));
    } catch (error) {
      // Jitter: those who failed together do not come back together.
      const wait = pause * (0.5 + Math.random());
      if (signal?.aborted || isFinalRefusal(error) || performance.now() + wait >= until) {
        throw new Unavailable(what, error);
      }
      await delay(wait);
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
  }
}

/** The SDK minds an abort between its steps only: so this does not wait for it. */
export async function withLimit<T>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let end: (error: Error) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = (error) => {
      reject(error);
      controller.abort();
    };
  });
  const timer = setTimeout(() => end(new Error(`no answer within ${Math.round(ms)} ms`)), ms);
  const onAbort = () => end(new Error("the client has gone"));
  if (outer?.aborted) onAbort();
  outer?.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work(controller.signal), ended]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", onAbort);
  }
}

const PASSING =
  /Throttl|TooManyRequests|ProvisionedThroughputExceeded|RequestLimitExceeded|SlowDown|Timeout|ExpiredToken/;

/** What the caller of an AWS API did wrong stays wrong: a missing permission, a table that is not there. */
export function isFinalRefusal(error: unknown): boolean {
  const {
    name = "",
    $fault,
    $metadata,
  } = error as {
    name?: string;
    $fault?: string;
    $metadata?: { httpStatusCode?: number };
  };
  if (PASSING.test(name)) return false;
  const status = $metadata?.httpStatusCode ?? 0;
  return $fault === "client" || (status >= 400 && status < 500 && status !== 408 && status !== 429);
}
