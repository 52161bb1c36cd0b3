import { setTimeout as delay } from "node:timers/promises";
import type { GatewayConfig } from "../../task/gateway-config";
import { ANSWER_TIMEOUT_MS, look, NO_ANSWER, probeConnection, type Unready } from "./probe";

export type AppState = "STARTING" | "READY" | "FAILED";

/** Between two looks that the app answers: each is a line in its own log. */
const LONGEST_PAUSE_MS = 1000;

/** Whether the app can take requests: polled until it once could, looked at again whenever health is asked for. */
export class Readiness {
  private current: AppState = "STARTING";
  private lastLook: Unready = NO_ANSWER;
  private alive = true;
  private liveness: Promise<boolean> | undefined;

  constructor(
    private readonly upstream: GatewayConfig["upstream"],
    /** Called when a ready app stops accepting connections, and when it does again. */
    private readonly onLiveness: (isAlive: boolean) => void,
  ) {}

  get state(): AppState {
    return this.current;
  }

  /** What the last look met, while the app is not ready. */
  get unready(): Unready {
    return this.lastLook;
  }

  /** Polls until the app is ready or its time is over, and returns the milliseconds that took. */
  async settle(): Promise<number> {
    const { intervalMs, timeoutMs } = this.upstream.ready;
    const start = performance.now();
    const elapsed = () => performance.now() - start;
    let pauseMs = intervalMs;
    while (!(await this.isReady(timeoutMs - elapsed()))) {
      const remainingMs = timeoutMs - elapsed();
      if (remainingMs < intervalMs) {
        this.current = "FAILED";
        return elapsed();
      }
      if (typeof this.lastLook === "number") pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      await delay(Math.max(intervalMs, Math.min(pauseMs, remainingMs - intervalMs)));
    }
    this.current = "READY";
    return elapsed();
  }

  /**
   * Whether a ready app still accepts connections. Only a refusal counts: an app whose backlog is full is overloaded, and
   * taking its task out of service would put its load on the others. Concurrent questions share one look.
   */
  isAlive(): Promise<boolean> {
    this.liveness ??= probeConnection(this.upstream.port).then((connection) => {
      this.liveness = undefined;
      const isAlive = connection !== "refused";
      if (isAlive !== this.alive) this.onLiveness(isAlive);
      this.alive = isAlive;
      return isAlive;
    });
    return this.liveness;
  }

  private async isReady(remainingMs: number): Promise<boolean> {
    const unready = await look(this.upstream, remainingMs);
    if (unready === undefined) return true;
    // The last look may have had no time for an answer: then the one before tells more.
    if (unready !== NO_ANSWER || remainingMs >= ANSWER_TIMEOUT_MS) this.lastLook = unready;
    return false;
  }
}
