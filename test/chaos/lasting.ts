import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "undici";
import type { Balancer } from "./balancer";
import type { Random } from "./random";
import { requestText } from "./wire";

/** What became of those who stay connected, by words. */
export type Ends = Map<string, number>;

export interface Lasting {
  readonly balancer: Balancer;
  readonly random: Random;
  readonly ends: Ends;
  /** Nobody connects again. */
  readonly isOver: () => boolean;
  /** Header lines of each request. */
  readonly headers?: () => readonly string[];
  /** Events of the longest streams; without it they never end by themselves. */
  readonly longest?: number;
}

function count(ends: Ends, word: string): void {
  ends.set(word, (ends.get(word) ?? 0) + 1);
}

const noHeaders = () => [];

/** Who cannot connect does not try again at once. */
const AGAIN_MS = 50;

/** Of a stream: all of it came; or a whole event was its last, and its framing says that this is the end; or neither. */
export const WHOLE = "whole";
export const ENDED = "ended after a whole event";

const EVENT_MS = 100;
const FOR_EVER = 1_000_000;

/** Keeps one stream of events open: whenever it ends, it asks again. Half of them are the longest. */
export async function readEvents(
  { balancer, random, ends, isOver, headers = noHeaders, longest = FOR_EVER }: Lasting,
  mostEvents = 30,
): Promise<void> {
  while (!isOver()) {
    const wanted = random.chance(0.5) ? longest : random.integer(5, mostEvents);
    const { target, release } = balancer.take();
    try {
      const wire = await target.connection();
      const answer = wire.send(requestText(`/events?n=${wanted}&ms=${EVENT_MS}`, { headers: headers() }));
      const events = new EventCount();
      answer.onData = (chunk) => {
        events.read(chunk.toString("latin1"));
        if (isOver()) wire.close();
      };
      await answer.whole;
      wire.close();
      const isWhole = events.count === wanted;
      if (answer.status !== 200) count(ends, `status ${answer.status}`);
      else if (!events.isBetween) count(ends, "ended within an event");
      else count(ends, isWhole ? WHOLE : ENDED);
    } catch (error) {
      if (!isOver()) count(ends, (error as Error).message);
      await delay(AGAIN_MS);
    } finally {
      release();
    }
  }
}

/** Counts events, which have to come in order. */
class EventCount {
  count = 0;
  private rest = "";

  get isBetween(): boolean {
    return this.rest === "";
  }

  read(text: string): void {
    const parts = (this.rest + text).split("\n\n");
    this.rest = parts.pop()!;
    for (const part of parts) {
      this.count++;
      if (part !== `id: ${this.count}\ndata: event ${this.count}`) throw new Error(`not event ${this.count}: ${part}`);
    }
  }
}

/** The client itself has had enough. */
export const OWN_CLOSE = "closed by the client";

const MESSAGE_MS = 500;

/**
 * Keeps one WebSocket open, with a real client: whenever it is closed, it connects again. After `mostMs` it closes by itself.
 */
export async function talk(
  { balancer, random, ends, isOver, headers = noHeaders }: Lasting,
  mostMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  while (!isOver()) {
    const { target, release } = balancer.take();
    const until = performance.now() + mostMs * random.next();
    const { code, isOwn } = await conversation(target.port, headers(), () => isOver() || performance.now() > until);
    release();
    count(ends, isOwn ? OWN_CLOSE : `${code}`);
    if (code === 1006) await delay(AGAIN_MS);
  }
}

/** Sends and awaits echoes until either side closes. */
function conversation(
  port: number,
  headers: readonly string[],
  isEnough: () => boolean,
): Promise<{ code: number; isOwn: boolean }> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
      headers: Object.fromEntries(headers.map((line) => line.split(": ") as [string, string])),
    });
    let sent = 0;
    let heard = 0;
    let isOwn = false;
    const timer = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return;
      if (isEnough()) {
        isOwn = true;
        socket.close(1000);
      } else if (heard === sent) {
        socket.send(`message ${++sent}`);
      }
    }, MESSAGE_MS);
    socket.addEventListener("message", ({ data }) => {
      if (data === `message ${heard + 1}`) heard++;
      else socket.close(4000, "not the echo");
    });
    socket.addEventListener("close", ({ code }) => {
      clearInterval(timer);
      resolve({ code, isOwn });
    });
  });
}
