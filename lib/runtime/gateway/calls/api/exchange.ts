import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";

/** A request to the calls API, from whichever port it came. */
export interface ApiRequest {
  readonly method: string;
  /** From `/v1` on, as the client sent it. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: AsyncIterable<Buffer>;
  /** What the client's paths have before `/v1`: of the answer's `Location`. */
  readonly base?: string;
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal;
  /** Ends a wait: the answer is to say how things are. */
  readonly leaving?: AbortSignal;
  /** No wait is longer, whatever the client asks for. */
  readonly mostWaitMs?: number;
  /** Of the client's token; undefined where none is asked for. */
  readonly scopes?: readonly string[];
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Readable;
  /** For the log line: neither holds anything of a payload. */
  readonly about: About;
}

/** What a line of the log says of a request. */
export interface About {
  readonly route: string;
  readonly call?: string;
  readonly target?: string;
  readonly code?: string;
  /** What no scope of the token covers. */
  readonly scope?: string;
  /** Why something was not available. */
  readonly cause?: string;
}

/** Of every answer, whichever server it goes through. */
export function commonHeaders(requestId: string): Readonly<Record<string, string>> {
  return { "cache-control": "no-store", "x-slipway-origin": "gateway", "x-request-id": requestId };
}

export type Outcome = Omit<ApiAnswer, "about">;

export function json(status: number, value: object, headers: Readonly<Record<string, string>> = {}): Outcome {
  const body = JSON.stringify(value);
  return {
    status,
    headers: { "content-type": "application/json", "content-length": String(Buffer.byteLength(body)), ...headers },
    body,
  };
}
