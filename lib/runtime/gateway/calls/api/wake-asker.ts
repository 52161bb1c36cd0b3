import type { Clients, ControlAddresses } from "../../../../calls/aws";
import type { Log } from "../../log";
import { WAKE_PATH, type WakeWord } from "../wake-word";

const EVERY_MS = 5000;
const AFTER_FAILURE_MS = 1000;
const TIMEOUT_MS = 2000;
const MOST_FUNCTIONS = 1000;
/** A control task says where it is for longer than this. */
const ADDRESSES_FRESH_MS = 20_000;

/**
 * Asks the control service to wake a function, now and then, whether or not it sleeps. Best effort: the control service looks
 * itself too.
 */
export class WakeAsker {
  private readonly notBefore = new Map<string, number>();
  private addresses: readonly string[] = [];
  private readAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly control: ControlAddresses,
    private readonly clock: Clients["clock"],
    private readonly log: Log,
  ) {}

  ask(tag: string, call: string): void {
    const now = performance.now();
    if ((this.notBefore.get(tag) ?? 0) > now) return;
    if (this.notBefore.size > MOST_FUNCTIONS) this.notBefore.clear();
    this.notBefore.set(tag, now + EVERY_MS);
    void this.tell(call).catch((error: Error) => {
      this.notBefore.set(tag, performance.now() + AFTER_FAILURE_MS);
      this.readAt = Number.NEGATIVE_INFINITY;
      this.log.warn("wake_failed", { call, message: (error.cause as Error | undefined)?.message ?? error.message });
    });
  }

  /** One of its tasks is enough. */
  private async tell(call: string): Promise<void> {
    let failure: unknown;
    for (const url of await this.known()) {
      try {
        return await post(url, { call });
      } catch (error) {
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  private async known(): Promise<readonly string[]> {
    if (performance.now() - this.readAt >= ADDRESSES_FRESH_MS) {
      this.addresses = await this.control.list(this.clock.now());
      this.readAt = performance.now();
    }
    return this.addresses;
  }
}

async function post(control: string, word: WakeWord): Promise<void> {
  const answer = await fetch(new URL(WAKE_PATH, control), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(word),
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`the control service answered ${answer.status}`);
}
