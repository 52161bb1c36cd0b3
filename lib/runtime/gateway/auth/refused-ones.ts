import { RecentMap } from "./recent-map";

const CAPACITY = 10_000;

/** How long a "no" of the table holds: a token that is made after it was tried works after that. */
const HOLDS_MS = 10_000;

/** Ids that the table does not have, and secrets that it says are wrong. A flood of them pushes out only its own kind. */
export class RefusedOnes {
  private readonly until = new RecentMap<number>(CAPACITY);

  has(one: string, now: number): boolean {
    return now < (this.until.get(one) ?? 0);
  }

  add(one: string, now: number): void {
    this.until.set(one, now + HOLDS_MS);
  }
}
