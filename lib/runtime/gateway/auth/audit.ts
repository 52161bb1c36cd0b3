import type { Log } from "../log";
import type { Reason } from "./refusals";

/** Lines a second; what is beyond them is counted. */
const LINES = 10;
const WINDOW_MS = 1000;

/** Says who was refused and why, in a volume that an attacker cannot choose. */
export class Audit {
  private lines = 0;
  private unlogged = 0;
  private window: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: Log,
    private readonly route: string,
  ) {}

  /** @param route what a scope would have had to name */
  refused(reason: Reason, keyId: string | undefined, route = this.route): void {
    this.window ??= setTimeout(this.onWindowEnd, WINDOW_MS).unref();
    if (this.lines >= LINES) {
      this.unlogged++;
      return;
    }
    this.lines++;
    this.log.info("auth_refused", { keyId, reason, route });
  }

  private readonly onWindowEnd = () => {
    this.window = undefined;
    this.lines = 0;
    if (this.unlogged > 0) this.log.info("auth_refused_more", { count: this.unlogged, route: this.route });
    this.unlogged = 0;
  };
}
