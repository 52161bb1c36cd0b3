import { setTimeout as delay } from "node:timers/promises";
import type { FunctionEntry } from "../../../lib/calls";
import type { AwsStandIns } from "../../runtime/calls/aws-stand-ins";
import { spawnCall } from "../../runtime/calls/worker-process";

const LOOK_MS = 250;

/** A spawner that lets a queue never have fewer calls waiting. */
export class Backlog {
  /** Of all that were accepted. */
  readonly ids: string[] = [];
  private isOver = false;
  private readonly ended: Promise<void>;

  /** @param args of the call of a number, from 0 */
  constructor(
    private readonly aws: AwsStandIns,
    private readonly fn: FunctionEntry,
    private readonly waiting: number,
    private readonly args: (number: number) => unknown[],
  ) {
    this.ended = this.keep();
    this.ended.catch(() => undefined);
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.ended;
  }

  private async keep(): Promise<void> {
    const { aws, fn, ids } = this;
    for (; !this.isOver; await delay(LOOK_MS)) {
      const { waiting } = await aws.queue(fn.queueUrl).counts();
      const missing = Math.max(0, this.waiting - waiting);
      const spawned = Array.from({ length: missing }, (_, n) => spawnCall(aws, fn, this.args(ids.length + n)));
      ids.push(...(await Promise.all(spawned)));
    }
  }
}
