import { CADENCE } from "../../../../calls";
import type { Clients, ControlAddresses } from "../../../../calls/aws";
import type { Log } from "../../log";

const SOON_MS = 1000;
/** One word may be lost. */
const HOLDS_MS = 2.5 * CADENCE.announceMs;
const ASK_MS = 5000;

export interface AnnouncerParts {
  readonly addresses: ControlAddresses;
  readonly clock: Clients["clock"];
  readonly owner: string;
  /** Base URL of this task's control port. */
  readonly self: string;
  readonly log: Log;
}

/** Tells gateways where this control task is, for as long as it is there. */
export class Announcer {
  private timer: NodeJS.Timeout | undefined;
  private hasEnded = false;

  constructor(private readonly parts: AnnouncerParts) {}

  begin(): void {
    const again = async () => {
      const isTold = await this.tell(HOLDS_MS);
      if (!this.hasEnded) this.timer = setTimeout(again, isTold ? CADENCE.announceMs : SOON_MS);
    };
    void again();
  }

  async end(): Promise<void> {
    this.hasEnded = true;
    clearTimeout(this.timer);
    await this.tell(0);
  }

  private async tell(holdsMs: number): Promise<boolean> {
    const { addresses, clock, owner, self, log } = this.parts;
    // The first answer of AWS tells the time.
    if (!clock.isKnown) return false;
    const now = clock.now();
    try {
      await addresses.announce(owner, self, holdsMs && now + holdsMs, now, AbortSignal.timeout(ASK_MS));
      return true;
    } catch (error) {
      log.warn("announce_failed", { message: (error as Error).message });
      return false;
    }
  }
}
