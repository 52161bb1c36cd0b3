import type { Output } from "./output";

/** What is known of a request when it is over. */
export interface AccessRecord {
  readonly method: string;
  /** As the client sent it, without the query. */
  readonly path: string;
  /** What of the gateway's own it was for; undefined for what is the app's. */
  readonly route?: string;
  /** Of the answer; `CLIENT_LEFT` when the client left before it began. */
  readonly status: number;
  /** Who chose the status. */
  readonly origin: "app" | "gateway" | "client";
  /** Why the gateway answered or broke off; undefined for an answer that is all the app's. */
  readonly code: string | undefined;
  /** Milliseconds that it waited for a place, that it was at the app, and in all. */
  readonly queueMs: number;
  readonly appMs: number;
  readonly totalMs: number;
  /** Bytes of the request on the connection, its header included, and of the answer. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly traceId: string;
}

/** nginx's number for a client that left before its answer began. */
export const CLIENT_LEFT = 499;

/** Longer paths are cut: a line is for reading. */
const PATH_LIMIT = 512;

/** One JSON line a request. It carries no header, no query and no body. */
export class AccessLog {
  private readonly common: string;

  constructor(
    private readonly output: Output,
    common: Readonly<Record<string, string>>,
  ) {
    this.common = JSON.stringify({ level: "info", event: "request", ...common }).slice(1, -1);
  }

  /** Put together by hand, which takes a third of the time of one object and JSON.stringify. */
  write(record: AccessRecord): void {
    const { method, path, route, status, origin, code, queueMs, appMs, totalMs, bytesIn, bytesOut, traceId } = record;
    const shown = JSON.stringify(path.length > PATH_LIMIT ? `${path.slice(0, PATH_LIMIT)}…` : path);
    this.output.line(
      `{"time":"${timestamp(Date.now())}",${this.common},"method":"${method}","path":${shown},${route === undefined ? "" : `"route":"${route}",`}"status":${status},` +
        `"origin":"${origin}",${code === undefined ? "" : `"code":"${code}",`}"queueMs":${milliseconds(queueMs)},` +
        `"appMs":${milliseconds(appMs)},"totalMs":${milliseconds(totalMs)},"bytesIn":${bytesIn},"bytesOut":${bytesOut},` +
        `"traceId":"${traceId}"}`,
    );
  }
}

/** With up to three decimals; of two numbers put together, since Node takes five times as long over a fraction. */
function milliseconds(value: number): string {
  const microseconds = Math.round(value * 1000);
  const whole = Math.floor(microseconds / 1000);
  const rest = microseconds - whole * 1000;
  return rest === 0 ? `${whole}` : `${whole}.${threeDigits(rest)}`;
}

function threeDigits(value: number): string {
  if (value >= 100) return `${value}`;
  return value >= 10 ? `0${value}` : `00${value}`;
}

let second = Number.NaN;
let secondText = "";

/** ISO 8601; the date is worked out once a second. */
function timestamp(now: number): string {
  const thisSecond = Math.floor(now / 1000);
  if (thisSecond !== second) {
    second = thisSecond;
    secondText = new Date(thisSecond * 1000).toISOString().slice(0, -"000Z".length);
  }
  return `${secondText}${threeDigits(now - thisSecond * 1000)}Z`;
}
