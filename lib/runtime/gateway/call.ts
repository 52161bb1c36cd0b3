import type { BodyTaker } from "./client-request";

/** The body of a request, as its client sends it. */
export interface RequestBody {
  readonly hasBody: boolean;
  readonly isChunked: boolean;
  /** Whether the client holds it back until the app has agreed to take it. */
  readonly expectsContinue: boolean;
  /** The body is this one's from here on. */
  take(taker: BodyTaker): void;
  discard(): void;
  pause(): void;
  resume(): void;
}

/** A request to the app. */
export interface AppRequest {
  readonly method: string;
  /** Origin-form target. */
  readonly path: string;
  /** Flat list of end-to-end headers, `Host` and `Content-Length` among them. */
  readonly headers: readonly string[];
  readonly source: RequestBody;
}

/** What comes back: any number of `information`, one `head`, any number of `data`, one `end`; or `fail` in place of the rest. */
export interface Receiver {
  information(status: number, headers: readonly string[]): void;
  head(status: number, message: string, headers: readonly string[]): void;
  /** The chunk is valid during the call only. False asks for no more data until `resume`. */
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
