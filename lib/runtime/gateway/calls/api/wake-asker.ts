import type { Log } from "../../log";
import { WAKE_PATH, type WakeWord } from "../wake-word";

const EVERY_MS = 5000;
const AFTER_FAILURE_MS = 1000;
const TIMEOUT_MS = 2000;
const MOST_FUNCTIONS = 1000;

/**
 * Asks the control service to wake a function, now and then, whether or not it sleeps. Best effort: the control service looks
 * itself too.
 */
export class WakeAsker {
  private readonly notBefore = new Map<string, number>();

  constructor(
    private readonly control: string | null,
    private readonly log: Log,
  ) {}

  ask(tag: string, call: string): void {
    if (this.control === null) return;
    const now = performance.now();
    if ((this.notBefore.get(tag) ?? 0) > now) return;
    if (this.notBefore.size > MOST_FUNCTIONS) this.notBefore.clear();
    this.notBefore.set(tag, now + EVERY_MS);
    void this.post(call).catch((error: Error) => {
      this.notBefore.set(tag, performance.now() + AFTER_FAILURE_MS);
      this.log.warn("wake_failed", { call, message: (error.cause as Error | undefined)?.message ?? error.message });
    });
  }

  private async post(call: string): Promise<void> {
    const word: WakeWord = { call };
    const answer = await fetch(new URL(WAKE_PATH, this.control!), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(word),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the control service answered ${answer.status}`);
  }
}
