import type { IncomingMessage } from "node:http";

/** A request to the app. */
export interface AppRequest {
  readonly method: string;
  /** Origin-form target. */
  readonly path: string;
  /** Flat list of end-to-end headers, `Host` and `Content-Length` among them. */
  readonly headers: readonly string[];
  /** The client's request: its body is the body. */
  readonly source: IncomingMessage;
}

/** What comes back: any number of `information`, one `head`, any number of `data`, one `end`; or `fail` in place of the rest. */
export interface Receiver {
  information(status: number, headers: readonly string[]): void;
  head(status: number, message: string, headers: readonly string[]): void;
  /** False asks for no more data until `resume`. */
  data(chunk: Buffer): boolean;
  end(trailers: readonly string[]): void;
  fail(failure: Failure): void;
}

/** A request on its way. */
export interface Call {
  resume(): void;
  /** Nobody waits for the answer any more: the app sees its client go away, the receiver hears nothing more. */
  cancel(): void;
}

/** The app took no connection; it closed one before its answer was complete; or what it sent is not HTTP. */
export type Failure = "unreachable" | "disconnected" | "bad-response";

export function isChunked({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined;
}

export function hasBody(request: IncomingMessage): boolean {
  return isChunked(request) || Number(request.headers["content-length"] ?? 0) > 0;
}

/** Whether the client holds its body back until the app has agreed to take it. */
export function expectsContinue(request: IncomingMessage): boolean {
  return request.headers.expect !== undefined && request.httpVersion === "1.1" && hasBody(request);
}
