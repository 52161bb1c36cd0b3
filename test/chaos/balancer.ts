import { type Answer, Wire } from "./wire";

/** How long a connection is kept that nobody needs. */
const IDLE_MS = 3000;

/** A task as its load balancer sees it. */
export class Target {
  /** Requests and lasting connections that are under way. */
  outstanding = 0;
  /** The one that was used last is last, and is used first. */
  private readonly idle: { readonly wire: Wire; readonly since: number }[] = [];

  constructor(readonly port: number) {}

  /** A connection that was kept, or a new one. */
  async connection(): Promise<Wire> {
    for (let kept = this.idle.pop(); kept !== undefined; kept = this.idle.pop()) {
      if (kept.wire.isUsable) return kept.wire;
      kept.wire.close();
    }
    return Wire.open(this.port);
  }

  keep(wire: Wire): void {
    const since = performance.now();
    while (this.idle.length > 0 && this.idle[0]!.since < since - IDLE_MS) this.idle.shift()!.wire.close();
    if (wire.isUsable) this.idle.push({ wire, since });
    else wire.close();
  }

  close(): void {
    for (const { wire } of this.idle.splice(0)) wire.close();
  }
}

/**
 * Sends each request to the registered target with the fewest outstanding, on a connection that it keeps, and never sends one
 * twice. A target that is deregistered gets no new ones.
 */
export class Balancer {
  private readonly targets = new Set<Target>();

  register(target: Target): void {
    this.targets.add(target);
  }

  deregister(target: Target): void {
    this.targets.delete(target);
  }

  /** A target for one request; `release` gives it back. */
  take(): { target: Target; release: () => void } {
    let target: Target | undefined;
    for (const each of this.targets) {
      if (target === undefined || each.outstanding < target.outstanding) target = each;
    }
    if (target === undefined) throw new Error("no target is registered");
    const taken = target;
    taken.outstanding++;
    let isTaken = true;
    return {
      target: taken,
      release: () => {
        if (isTaken) taken.outstanding--;
        isTaken = false;
      },
    };
  }

  /** One request to its end. */
  async send(request: string, method = "GET"): Promise<Answer> {
    const { target, release } = this.take();
    try {
      const wire = await target.connection();
      const answer = wire.send(request, method);
      try {
        await answer.whole;
      } catch (error) {
        wire.close();
        throw error;
      }
      target.keep(wire);
      return answer;
    } finally {
      release();
    }
  }
}
