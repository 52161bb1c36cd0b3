import { setTimeout as delay } from "node:timers/promises";
import type { GatewayConfig } from "../../task/gateway-config";
import { NO_ANSWER, probeConnection, probeStatus } from "./probe";

export type AppState = "STARTING" | "READY" | "FAILED";

const CONNECT_TIMEOUT_MS = 1000;
const ANSWER_TIMEOUT_MS = 5000;

/** Whether the app can take requests: polled until it once could, looked at again whenever health is asked for. */
export class Readiness {
  private current: AppState = "STARTING";
  private lastProblem = "";
  private liveness: Promise<boolean> | undefined;

  constructor(private readonly upstream: GatewayConfig["upstream"]) {}

  get state(): AppState {
    return this.current;
  }

  /** What the last poll met; for the log line of an app that never got ready. */
  get problem(): string {
    return this.lastProblem;
  }

  /** Polls until the app is ready or its time is over, and returns the milliseconds that took. */
  async settle(): Promise<number> {
    const { intervalMs, timeoutMs } = this.upstream.ready;
    const start = performance.now();
    const elapsed = () => performance.now() - start;
    while (!(await this.isReady(timeoutMs - elapsed()))) {
      if (elapsed() + intervalMs > timeoutMs) {
        this.current = "FAILED";
        return elapsed();
      }
      await delay(intervalMs);
    }
    this.current = "READY";
    return elapsed();
  }

  /**
   * Whether a ready app still accepts connections. Only a refusal counts: an app whose backlog is full is overloaded, and
   * taking its task out of service would put its load on the others. Concurrent questions share one look.
   */
  isAlive(): Promise<boolean> {
    this.liveness ??= probeConnection(this.upstream.port, CONNECT_TIMEOUT_MS).then((connection) => {
      this.liveness = undefined;
      return connection !== "refused";
    });
    return this.liveness;
  }

  private async isReady(remainingMs: number): Promise<boolean> {
    const { port, ready } = this.upstream;
    const limit = (most: number) => Math.max(1, Math.min(most, remainingMs));
    if (ready.kind === "tcp") {
      const connection = await probeConnection(port, limit(CONNECT_TIMEOUT_MS));
      this.lastProblem = connection === "refused" ? "connection refused" : "no answer to the connection";
      return connection === "accepted";
    }
    const timeoutMs = limit(ANSWER_TIMEOUT_MS);
    const status = await probeStatus(port, ready.path, timeoutMs);
    // The last look may have had no time for an answer: then the one before tells more.
    if (status !== NO_ANSWER || timeoutMs === ANSWER_TIMEOUT_MS || this.lastProblem === "") {
      this.lastProblem = `GET ${ready.path}: ${status}`;
    }
    return typeof status === "number" && status >= 100 && status < 400;
  }
}
