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
  /** Of what the gateway's own grants allow, what the client's token does: everything where there is none. */
  readonly allows?: (target: { readonly app: string; readonly name: string }) => boolean;
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
  /** Why something was not available. */
  readonly cause?: string;
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
