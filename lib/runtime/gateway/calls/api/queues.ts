import type { SQSClient } from "@aws-sdk/client-sqs";
import { CallQueue } from "../../../../calls/aws";
import { persistently } from "../persistently";

/** A queue's depth is about right anyway. */
const FRESH_MS = 1000;

interface Depth {
  readonly at: number;
  /** What the queue said, and what was sent since. */
  count: number;
}

/** The queues of the functions that are called, and how much is in them. */
export class Queues {
  private readonly queues = new Map<string, CallQueue>();
  private readonly depths = new Map<string, Depth>();
  private readonly asked = new Map<string, Promise<Depth>>();

  constructor(private readonly client: SQSClient) {}

  at(url: string): CallQueue {
    let queue = this.queues.get(url);
    if (!queue) {
      queue = new CallQueue(this.client, url);
      this.queues.set(url, queue);
    }
    return queue;
  }

  /** Takes a place among a function's open calls; false when there is none. */
  async takePlace(url: string, most: number, until: number): Promise<boolean> {
    let depth = this.depths.get(url);
    if (depth === undefined || performance.now() - depth.at > FRESH_MS) depth = await this.ask(url, until);
    if (depth.count >= most) return false;
    depth.count++;
    return true;
  }

  private ask(url: string, until: number): Promise<Depth> {
    let asked = this.asked.get(url);
    if (!asked) {
      asked = persistently({ what: "read the queue's depth", until }, (signal) => this.at(url).depth(signal))
        .then((count) => {
          const depth = { at: performance.now(), count };
          this.depths.set(url, depth);
          return depth;
        })
        .finally(() => this.asked.delete(url));
      this.asked.set(url, asked);
    }
    return asked;
  }
}
