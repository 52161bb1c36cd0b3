import type { GatewayConfig } from "../../task/gateway-config";
import type { ClientResponse } from "./client-response";

/** What lasts until somebody ends it. */
export interface Leaver {
  /** Says goodbye to its client, who is expected to come back to another task. */
  leave(): void;
}

/** Clients that are sent away do not come back all at once. */
const MOST_SPREAD_MS = 10_000;

/** Before the deadline, what cannot come to its own end is ended where that does least harm. */
const LAST_MS = 2000;

/**
 * Leaving without failing a request. On a deploy ECS deregisters the task before SIGTERM; on a Spot interruption SIGTERM
 * may come first, and the load balancer goes on sending for a while. So a draining gateway serves on, closes each
 * connection with its answer, sends WebSockets away, and leaves when requests have stopped coming.
 */
export class Drain {
  /** A count and not a set: a set's old tables would keep exchanges alive through every young collection. */
  private active = 0;
  private lastRequestAt = 0;
  private quiet: NodeJS.Timeout | undefined;
  private hasBegun = false;
  private exit: ((cutOff: number) => void) | undefined;
  private deadlineAt = Number.POSITIVE_INFINITY;
  private readonly leavers = new Map<Leaver, "soon" | "last">();

  constructor(private readonly config: GatewayConfig["drain"]) {}

  get isDraining(): boolean {
    return this.hasBegun;
  }

  get isFinishing(): boolean {
    return this.exit !== undefined;
  }

  get inFlight(): number {
    return this.active;
  }

  /** Counts a request in; `leave` counts it out again when its response is over, whichever way. */
  enter(response: ClientResponse): void {
    clearTimeout(this.quiet);
    this.active++;
    this.lastRequestAt = performance.now();
    this.mark(response);
  }

  leave(): void {
    this.active--;
    this.awaitQuiet();
  }

  /** Before an answer begins: while draining it says `Connection: close`. */
  mark(response: ClientResponse): void {
    if (this.isDraining) response.keepsAlive = false;
  }

  /** What is to be sent away: soon, when its client loses nothing by it, or last, when it might end by itself. */
  add(leaver: Leaver, when: "soon" | "last"): void {
    this.leavers.set(leaver, when);
    if (this.isDraining) this.schedule(leaver, when);
  }

  remove(leaver: Leaver): void {
    this.leavers.delete(leaver);
  }

  /** ECS means to stop the task and has not said when: whoever can go elsewhere is sent there. */
  begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    for (const [leaver, when] of this.leavers) this.schedule(leaver, when);
  }

  /** The task is being stopped: drains, and returns how many requests were still in flight at the deadline. */
  finish(): Promise<number> {
    const { deadlineMs } = this.config;
    return new Promise((resolve) => {
      this.exit = resolve;
      this.lastRequestAt = performance.now();
      this.deadlineAt = this.lastRequestAt + deadlineMs;
      setTimeout(() => resolve(this.active), deadlineMs);
      this.hasBegun = true;
      for (const [leaver, when] of this.leavers) this.schedule(leaver, when);
      this.awaitQuiet();
    });
  }

  private schedule(leaver: Leaver, when: "soon" | "last"): void {
    if (when === "last" && !this.isFinishing) return;
    const leftMs = this.deadlineAt - performance.now();
    const delayMs =
      when === "soon" ? Math.random() * Math.min(MOST_SPREAD_MS, leftMs / 2) : Math.max(leftMs / 2, leftMs - LAST_MS);
    setTimeout(() => {
      if (this.leavers.has(leaver)) leaver.leave();
    }, delayMs);
  }

  private awaitQuiet(): void {
    if (this.exit === undefined || this.active > 0) return;
    clearTimeout(this.quiet);
    const remaining = this.lastRequestAt + this.config.quietMs - performance.now();
    this.quiet = setTimeout(() => this.exit?.(0), Math.max(0, remaining));
  }
}
