import { once } from "node:events";
import { answerTo, open, type Sent, send } from "../runtime/gateway/loopback";
import { msBetween, now } from "./clock";
import { within } from "./deadline";
import type { Row } from "./report";

const LIMIT_MS = 1000;
const CANCELLED = "cancelled";

interface Leaving {
  readonly name: string;
  /** What the app is at: a function of `python/streams_app.py`. */
  readonly work: string;
  readonly hasAnswer: boolean;
  readonly request?: Sent;
}

const LEAVINGS: readonly Leaving[] = [
  { name: "a request without an answer yet", work: "endless_work", hasAnswer: false },
  { name: "events, none under way", work: "endless_events", hasAnswer: true },
  { name: "a download", work: "endless_download", hasAnswer: true },
  {
    name: "an upload with a length",
    work: "endless_work",
    hasAnswer: false,
    request: { method: "POST", headers: { "content-length": "1000000000" } },
  },
  {
    name: "an upload in chunks",
    work: "endless_work",
    hasAnswer: false,
    request: { method: "POST", headers: { "transfer-encoding": "chunked" } },
  },
];

const PIECE = Buffer.alloc(256 * 1024, "x");

/** Clients that leave in the middle: how long until the app's work is cancelled, by the app's own record. */
export async function leaving(
  ports: { readonly app: number; readonly gateway: number },
  trials: number,
  onRow: (row: Row) => void,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of LEAVINGS) {
    const alone = await run(kind, ports.app, ports.app, trials);
    const through = await run(kind, ports.gateway, ports.app, trials);
    rows.push({
      name: `the client leaves ${kind.name}`,
      trials,
      alone: summary(alone),
      through: summary(through),
      bound: `cancelled within ${LIMIT_MS} ms`,
      isWithin: [...alone, ...through].every(({ end, ms }) => end === CANCELLED && ms <= LIMIT_MS),
    });
    onRow(rows.at(-1)!);
  }
  return rows;
}

interface End {
  readonly end: string;
  readonly ms: number;
}

let ids = 0;

async function run(leaving: Leaving, port: number, appPort: number, trials: number): Promise<End[]> {
  const ends: End[] = [];
  for (let number = 0; number < trials && (ends.at(-1)?.end ?? CANCELLED) === CANCELLED; number++) {
    // Half of the clients close their connection, half of them break it.
    const leave = number % 2 === 0 ? "destroy" : "resetAndDestroy";
    const failed = (error: Error) => ({ end: error.message, ms: Number.POSITIVE_INFINITY });
    ends.push(await within(20, trial(leaving, port, appPort, leave)).catch(failed));
  }
  return ends;
}

async function trial(
  { work, hasAnswer, request }: Leaving,
  port: number,
  appPort: number,
  leave: "destroy" | "resetAndDestroy",
): Promise<End> {
  const id = ++ids;
  const outgoing = open(port, `/work?kind=${work}&id=${id}`, request);
  const answer = hasAnswer ? answerTo(outgoing).then((begun) => once(begun, "readable")) : outgoing.flushHeaders();
  if (request !== undefined) outgoing.write(PIECE);
  await send(appPort, `/began?id=${id}`);
  await answer;
  const left = now();
  outgoing.socket![leave]();
  const { end, at } = JSON.parse((await send(appPort, `/ended?id=${id}`)).text);
  return { end, ms: msBetween(left, at) };
}

function summary(ends: readonly End[]): string {
  const last = ends.at(-1)!;
  if (last.end !== CANCELLED) return `trial ${ends.length} is not cancelled: ${last.end}`;
  return `all cancelled, slowest ${Math.max(...ends.map(({ ms }) => ms)).toFixed(0)} ms`;
}
