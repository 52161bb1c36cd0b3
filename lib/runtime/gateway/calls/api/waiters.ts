import { randomBytes, timingSafeEqual } from "node:crypto";

/** Calls that a gateway remembers having spawned: beyond them waiting is polling. */
const MOST_CALLS = 20_000;

interface Spawned {
  readonly secret: Buffer;
  readonly wake: Set<() => void>;
}

/** Who waits here for the end of calls that were spawned here, and what proves a word of their end. */
export class Waiters {
  private readonly spawned = new Map<string, Spawned>();

  /** A secret for the call's messages; nothing else knows it. */
  expect(call: string): string {
    const known = this.spawned.get(call);
    if (known) return known.secret.toString();
    const secret = randomBytes(24).toString("hex");
    this.spawned.set(call, { secret: Buffer.from(secret), wake: new Set() });
    if (this.spawned.size > MOST_CALLS) this.spawned.delete(this.spawned.keys().next().value!);
    return secret;
  }

  /** The word of a worker: false when it proves nothing. It counts once. */
  done(call: string, secret: string): boolean {
    const spawned = this.spawned.get(call);
    const given = Buffer.from(secret);
    if (spawned === undefined || given.length !== spawned.secret.length) return false;
    if (!timingSafeEqual(given, spawned.secret)) return false;
    this.over(call);
    return true;
  }

  /** The call has ended. */
  over(call: string): void {
    const wake = this.spawned.get(call)?.wake ?? [];
    this.spawned.delete(call);
    for (const one of [...wake]) one();
  }

  /** Begins to listen: what is said after this is not missed. */
  listen(call: string): Listener {
    return new Listener(this.spawned.get(call)?.wake);
  }
}

/** One who waits. */
export class Listener {
  private hasHeard = false;
  private resolve: (() => void) | undefined;
  private readonly onWake = () => {
    this.hasHeard = true;
    this.resolve?.();
  };

  constructor(private readonly wake: Set<() => void> | undefined) {
    wake?.add(this.onWake);
  }

  /** Until there is word, the time is over or the client has gone. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.hasHeard || signal.aborted) {
      this.hasHeard = false;
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.resolve = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener("abort", this.resolve, { once: true });
    });
    if (this.resolve) signal.removeEventListener("abort", this.resolve);
    this.resolve = undefined;
    this.hasHeard = false;
  }

  close(): void {
    this.wake?.delete(this.onWake);
  }
}
