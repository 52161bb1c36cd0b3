import type { Log } from "../../log";

/** A task that dies without a word is not protected for long. */
const EXPIRES_MINUTES = 5;
const RENEW_MS = 2 * 60_000;
/** Work that follows on work finds the task protected still, and the agent is not asked for each call. */
const IDLE_MS = 2000;
const TIMEOUT_MS = 5000;

/**
 * Keeps ECS from stopping a task that works, on a deploy or when it scales in.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection-endpoint.html
 */
export class TaskProtection {
  private isBusy = false;
  private isProtected = false;
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  private isTroubled = false;

  /** @param agent base URL of the ECS agent; undefined outside ECS, where there is nothing to do */
  constructor(
    private readonly agent: string | undefined,
    private readonly log: Log,
  ) {}

  set busy(isBusy: boolean) {
    if (this.agent === undefined || isBusy === this.isBusy) return;
    this.isBusy = isBusy;
    clearTimeout(this.timer);
    if (!isBusy) this.timer = setTimeout(() => this.set(false), IDLE_MS);
    else if (this.isProtected) this.renewLater();
    else this.set(true);
  }

  /** Nothing is worked on any more, and nothing will be. */
  async clear(): Promise<void> {
    clearTimeout(this.timer);
    if (this.isProtected) this.set(false);
    await this.last;
  }

  private set(isProtected: boolean): void {
    this.isProtected = isProtected;
    if (isProtected) this.renewLater();
    // One at a time: the agent must hear them in order.
    this.last = this.last.then(() => this.put(isProtected));
  }

  private renewLater(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.set(true), RENEW_MS);
  }

  private async put(isProtected: boolean): Promise<void> {
    try {
      const answer = await fetch(`${this.agent}/task-protection/v1/state`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          ProtectionEnabled: isProtected,
          ...(isProtected && { ExpiresInMinutes: EXPIRES_MINUTES }),
        }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await answer.text();
      if (!answer.ok || /"(failure|error)"/i.test(text)) throw new Error(`${answer.status}: ${text.slice(0, 500)}`);
      this.isTroubled = false;
    } catch (error) {
      if (!this.isTroubled) this.log.warn("task_protection_failed", { message: (error as Error).message });
      this.isTroubled = true;
    }
  }
}
