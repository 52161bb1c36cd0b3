import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random";
import type { Role } from "./world/role";
import type { World } from "./world/world";

const DEEDS = {
  "kill worker": 24,
  "kill executor": 8,
  "kill caller": 16,
  "kill control": 12,
  "pause worker": 14,
  "pause caller": 4,
  "pause control": 6,
  "replace all workers": 5,
} as const;

type Deed = keyof typeof DEEDS;

/** Longer than a lease, so that who wakes is a zombie. */
const PAUSE_MS = [3500, 7000] as const;

/** Does harm, one deed after the other, as the seed has it. */
export class Monkey {
  readonly deeds = new Map<string, number>();
  private readonly pending = new Set<Promise<void>>();
  private replacing: Promise<void> | undefined;

  constructor(
    private readonly world: World,
    private readonly random: Random,
    private readonly deedMs: number,
  ) {}

  get kills(): number {
    return [...this.deeds].reduce((sum, [name, count]) => sum + (name.startsWith("kill") ? count : 0), 0);
  }

  /** Until it is told to stop; nothing is paused or being replaced afterwards. */
  async run(isEnough: () => boolean): Promise<void> {
    while (!isEnough()) {
      await delay(this.deedMs * this.random.between(0.4, 1.6));
      const deed = this.random.weighted(DEEDS);
      const place = this.random.next();
      if (this.do(deed, place)) this.deeds.set(deed, (this.deeds.get(deed) ?? 0) + 1);
    }
    await Promise.all(this.pending);
  }

  /** False when there is nobody to do it to. */
  private do(deed: Deed, place: number): boolean {
    const [verb, what] = deed.split(" ");
    if (verb === "replace") return this.replace();
    const roles: readonly Role[] =
      what === "caller" ? this.world.callers : what === "control" ? this.world.controls : this.world.workers;
    const role = roles[Math.floor(place * roles.length)];
    if (role === undefined || role.isPaused) return false;
    if (verb === "pause") this.track(role.pause(this.random.between(...PAUSE_MS)));
    else if (what === "executor") this.world.workers[Math.floor(place * roles.length)]!.killExecutor();
    else role.kill();
    return true;
  }

  private replace(): boolean {
    if (this.replacing !== undefined) return false;
    this.replacing = this.world.replaceWorkers().finally(() => {
      this.replacing = undefined;
    });
    this.track(this.replacing);
    return true;
  }

  private track(work: Promise<void>): void {
    this.pending.add(work);
    void work.finally(() => this.pending.delete(work));
  }
}
