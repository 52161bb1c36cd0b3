import type { Kind } from "./checker/history";
import { streamOf } from "./proxy/deck";

/** What a call's function is told to do: the only argument of every call. */
export interface Script {
  readonly n: number;
  readonly kind: Kind;
  /** The idempotency key that it is spawned with. */
  readonly key?: string;
  /** How long an attempt works. */
  readonly ms: number;
  /** Attempts, from the first, that raise an error. */
  readonly fails: number;
  /** Bytes of the result beside what names its attempt. */
  readonly resultBytes: number;
  readonly poison?: "executor" | "worker" | "died";
  /** Makes the arguments larger. */
  readonly pad?: string;
}

/** A call as a client makes it. */
export interface Plan {
  readonly script: Script;
  /** When the client asks for its end, after it was accepted. */
  readonly cancelAfterMs?: number;
  /** The client uses the key once more, with the same payload or with another. */
  readonly again?: "same" | "other";
  /** How often the client asks once more when it has been told the end. */
  readonly readsAgain: boolean;
}

const KINDS: Readonly<Record<Kind, number>> = {
  quick: 46,
  slow: 14,
  flaky: 10,
  error: 5,
  timeout: 2,
  stubborn: 2,
  large: 7,
  poison: 2,
  late: 2,
  cancelled: 10,
};

const SIZES = [0, 0, 0, 600, 3000, 9000, 100_000];

/** The n-th call of the run with this seed. */
export function planOf(seed: number, n: number, attemptMs: number): Plan {
  const random = streamOf(seed, `call ${n}`);
  const kind = random.weighted(KINDS);
  const hasKey = random.chance(0.5);
  const isLong = kind === "slow" || kind === "cancelled";
  const inBytes = kind === "large" ? random.pick([700, 2000, 20_000, 100_000]) : 0;
  const script: Script = {
    n,
    kind,
    ...(hasKey && { key: `key ${seed} ${n}` }),
    ms: isLong ? random.integer(50, attemptMs * 0.6) : random.integer(0, 20),
    fails: kind === "flaky" ? random.integer(1, 2) : kind === "error" ? Number.MAX_SAFE_INTEGER : 0,
    resultBytes: kind === "large" ? random.pick(SIZES) : 0,
    ...(kind === "poison" && { poison: random.weighted({ executor: 4, worker: 2, died: 4 } as const) }),
    ...(inBytes > 0 && { pad: "x".repeat(inBytes) }),
  };
  return {
    script,
    ...(kind === "cancelled" && { cancelAfterMs: random.integer(0, attemptMs) }),
    ...(hasKey && random.chance(0.1) && { again: random.pick(["same", "same", "other"] as const) }),
    readsAgain: random.chance(0.2),
  };
}

/** Another payload, of no call in the run; JSON has no minus zero. */
export function otherOf(script: Script): Script {
  return { ...script, n: -1 - script.n };
}
