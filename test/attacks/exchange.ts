import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Attack, Place } from "./corpus";
import type { Record, Recorder } from "./recorder";
import type { ReadRequest } from "./strict-reader";

export const HOST = "a.test";

/** The request that follows every case on its connection, and asks for the connection's end. */
const nextTarget = (path: string) => `/next${path}`;
const next = ({ host, path }: Place) =>
  `GET ${nextTarget(path)} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;

/** What a case has come to. */
export interface Outcome {
  readonly place: Place;
  /** Of the final answers, in their order. */
  readonly statuses: readonly number[];
  /** What the client got. */
  readonly text: string;
  /** Whether the connection was closed from the other end. */
  readonly isClosed: boolean;
  /** Whole requests at the app, without the next one. */
  readonly requests: readonly ReadRequest[];
  readonly cuts: readonly string[];
  readonly faults: readonly string[];
  /** How often the app got the next request. */
  readonly nexts: number;
}

/** Sends a case to a gateway in front of the recorder, and the next request right behind it, in one packet. */
export async function exchange(
  { bytes, ends }: Attack,
  place: Place,
  to: { readonly port: number; readonly recorder: Recorder; readonly patienceMs?: number },
): Promise<Outcome> {
  const { port, recorder, patienceMs = 5000 } = to;
  const { text, isClosed } = await talk(port, bytes(place) + (ends ? "" : next(place)), patienceMs, ends);
  await until(() => recorder.isQuiet, patienceMs);
  const { requests, cuts, faults }: Record = recorder.take();
  const isNext = ({ target }: ReadRequest) => target === nextTarget(place.path);
  return {
    place,
    statuses: [...text.matchAll(/HTTP\/1\.[01] ([2-9]\d\d) /g)].map(([, status]) => Number(status)),
    text,
    isClosed,
    requests: requests.filter((request) => !isNext(request)),
    cuts: cuts.filter((part) => !isEarlier(part, place)),
    faults,
    nexts: requests.filter(isNext).length,
  };
}

/** What broke off before the app had a byte of it may reach it while the next case is tried. */
function isEarlier(part: string, { path }: Place): boolean {
  const target = /^\S+ (\/[a-z]+\/\d+)/.exec(part)?.[1];
  return target !== undefined && target !== path;
}

/** Writes bytes and returns what comes until the other end closes, agrees to leave HTTP, or is silent for too long. */
export async function talk(
  port: number,
  bytes: string,
  patienceMs: number,
  ends = false,
): Promise<{ readonly text: string; readonly isClosed: boolean }> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let text = "";
  let isClosed = false;
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => {
    socket.once("close", () => {
      isClosed = true;
      resolve();
    });
  });
  const left = new Promise<void>((resolve) => {
    socket.setEncoding("latin1").on("data", (chunk) => {
      text += chunk;
      if (text.includes("HTTP/1.1 101 ")) resolve();
    });
  });
  if (ends) socket.end(bytes, "latin1");
  else socket.write(bytes, "latin1");
  const late = new AbortController();
  await Promise.race([closed, left, delay(patienceMs, undefined, { signal: late.signal }).catch(() => undefined)]);
  late.abort();
  const result = { text, isClosed };
  socket.destroy();
  await closed;
  return result;
}

async function until(condition: () => boolean, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!condition() && performance.now() < deadline) await delay(2);
}
