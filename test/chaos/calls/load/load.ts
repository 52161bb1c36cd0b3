import { type Plan, planOf } from "../plan";
import { RULES, type Settings } from "../settings";
import { type ClientWorld, follow } from "./client";

/** Keeps so many calls open at once, one plan after the other, until it is told that it is enough. */
export class Load {
  begun = 0;
  ended = 0;
  unread = 0;

  constructor(
    private readonly settings: Settings,
    private readonly world: ClientWorld,
  ) {}

  get open(): number {
    return this.begun - this.ended;
  }

  /** Resolves when every call that was begun has been followed to its end, or given up. */
  async run(isEnough: () => boolean): Promise<void> {
    const aside: Promise<void>[] = [];
    const lanes = Array.from({ length: this.settings.openCalls }, async () => {
      while (!isEnough()) {
        const plan = planOf(this.settings.seed, this.begun++, RULES.attemptMs);
        const ended = this.one(plan);
        // Nobody runs it: it would keep its lane for half a minute.
        if (plan.script.kind === "late") aside.push(ended);
        else await ended;
      }
    });
    await Promise.all(lanes);
    await Promise.all(aside);
  }

  private async one(plan: Plan): Promise<void> {
    const isRead = await follow(plan, this.world);
    if (!isRead) this.unread++;
    this.ended++;
  }
}
