import type { ServerResponse } from "node:http";
import type { GatewayConfig } from "../../task/gateway-config";

/**
 * Leaving without failing a request. On a deploy ECS deregisters the task before SIGTERM; on a Spot interruption SIGTERM
 * may come first, and the load balancer goes on sending for a while. So a draining gateway serves on, closes each
 * connection with its answer, and leaves when requests have stopped coming.
 */
export class Drain {
  /** A count and not a set: a set's old tables would keep exchanges alive through every young collection. */
  private active = 0;
  private lastRequestAt = 0;
  private quiet: NodeJS.Timeout | undefined;
  private exit: ((cutOff: number) => void) | undefined;

  constructor(private readonly config: GatewayConfig["drain"]) {}

  get isDraining(): boolean {
    return this.exit !== undefined;
  }

  get inFlight(): number {
    return this.active;
  }

  /** Counts a request in; `leave` counts it out again when its response is over, whichever way. */
  enter(response: ServerResponse): void {
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
  mark(response: ServerResponse): void {
    if (this.isDraining) response.shouldKeepAlive = false;
  }

  /** Drains, and returns how many requests were still in flight at the deadline. */
  start(): Promise<number> {
    return new Promise((resolve) => {
      this.exit = resolve;
      this.lastRequestAt = performance.now();
      setTimeout(() => resolve(this.active), this.config.deadlineMs);
      this.awaitQuiet();
    });
  }

  private awaitQuiet(): void {
    if (this.exit === undefined || this.active > 0) return;
    clearTimeout(this.quiet);
    const remaining = this.lastRequestAt + this.config.quietMs - performance.now();
    this.quiet = setTimeout(() => this.exit?.(0), Math.max(0, remaining));
  }
}
