import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { Balancer } from "./balancer";
import type { Random } from "./random";
import { answerWord, chunkedRequest, requestText } from "./wire";

const TICK_MS = 5;
const LETTERS = "abcdefghijklmnopqrstuvwxyz".repeat(400);

/** Under way at once: on a machine that is too slow for the rate, more would only queue, and then be dropped by the kernel. */
const MOST_AT_ONCE = 250;

/** Requests at a rate, as long as the machine keeps up; what it missed is not made up for. */
export class Traffic {
  sent = 0;
  done = 0;
  /** What was not the right answer, by its words. */
  readonly failures = new Map<string, number>();
  private startedAt = 0;
  private isStopping = false;
  private loop: Promise<void> | undefined;

  constructor(
    private readonly balancer: Balancer,
    private readonly random: Random,
    private readonly rate: number,
    /** Header lines of each request. */
    private readonly headers: () => readonly string[] = () => [],
  ) {}

  start(): void {
    this.loop = this.run();
  }

  get perSecond(): number {
    return this.done / ((performance.now() - this.startedAt) / 1000);
  }

  /** Sends no more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await this.loop;
    while (this.done < this.sent) await delay(TICK_MS);
  }

  private async run(): Promise<void> {
    this.startedAt = performance.now();
    let due = 0;
    let last = this.startedAt;
    while (!this.isStopping) {
      const now = performance.now();
      due = Math.min(due + ((now - last) / 1000) * this.rate, MOST_AT_ONCE);
      last = now;
      for (; due >= 1 && this.sent - this.done < MOST_AT_ONCE; due--) {
        this.sent++;
        void this.one();
      }
      await delay(TICK_MS);
    }
  }

  private async one(): Promise<void> {
    const { request, wanted } = this.next();
    try {
      const answer = await this.balancer.send(request);
      if (answer.status !== 200 || answer.text !== wanted) this.failed(answerWord(answer));
    } catch (error) {
      this.failed((error as Error).message);
    }
    this.done++;
  }

  private failed(word: string): void {
    this.failures.set(word, (this.failures.get(word) ?? 0) + 1);
  }

  private next(): { request: string; wanted: string } {
    const { random } = this;
    const headers = this.headers();
    if (random.chance(0.6)) {
      return { request: requestText(`/work?ms=${random.integer(0, 20)}`, { headers }), wanted: "worked" };
    }
    const body = LETTERS.slice(0, random.integer(1, LETTERS.length));
    const wanted = `${body.length} ${createHash("sha1").update(body).digest("hex")}`;
    const isStreamed = random.chance(0.3);
    return {
      request: isStreamed
        ? chunkedRequest("/echo", body, headers)
        : requestText("/echo", { method: "POST", headers }, body),
      wanted,
    };
  }
}
