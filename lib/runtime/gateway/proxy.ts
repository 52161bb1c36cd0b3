import type { Call, Failure, Receiver } from "./call";
import type { ClientRequest } from "./client-request";
import type { ClientResponse } from "./client-response";
import type { Leaver } from "./drain";
import { Guarded } from "./guarded";
import { trailers } from "./headers";
import type { Upstream } from "./upstream";

/** How one exchange is forwarded. */
export interface Forwarding {
  readonly upstream: Upstream;
  /** The origin-form target that the upstream sees. */
  readonly path: string;
  /** The flat list of headers that the upstream gets: end-to-end ones only, see `requestHeaders`. */
  readonly headers: readonly string[];
  /** Which of the upstream's headers the client gets: end-to-end ones only, see `responseHeaders`. */
  answerHeaders(list: readonly string[]): string[];
  /** Answers the client when the upstream has not. */
  fail(failure: Failure): void;
  /** The upstream failed within its answer: the client sees it end before its time. */
  broken?(failure: Failure): void;
  /** The final answer begins. */
  begun?(): void;
  /** Whether bytes that the client has not taken yet may wait here, so that the upstream can go on and finish. */
  mayHold?(bytes: number): boolean;
  /** The upstream has nothing more to do with the request: it answered whole, or failed. */
  done?(): void;
  /** In place of `done`: the upstream is being told that nobody waits any more. */
  cancelled?(): void;
  /** An error of ours was thrown while the answer was passed on; without this it stays thrown. */
  crashed?(error: unknown): void;
}

/**
 * Forwards one request and streams the answer back. Both bodies flow under backpressure, nothing waits for more bytes,
 * informational responses and trailers pass. A client that goes away cancels the request at the upstream; an upstream
 * that dies within an answer breaks the client's connection, so a cut body never looks complete.
 */
export function forward(request: ClientRequest, response: ClientResponse, forwarding: Forwarding): Relay {
  const relay = new Relay(request, response, forwarding);
  const call = forwarding.upstream.send(
    { method: request.method, path: forwarding.path, headers: forwarding.headers, source: request },
    new Guarded(relay),
  );
  return attach(relay, call, response);
}

/** Ties a call to the response that its answer goes to. */
export function attach<R extends Relay>(relay: R, call: Call, response: ClientResponse): R {
  relay.call = call;
  // Before anybody else hears of it, so that the app is told before its place goes to the next.
  response.onClose(() => {
    if (!response.isEnded) relay.cancel();
  }, true);
  return relay;
}

/** Bytes that wait for the client while it still gets informational responses: they know no backpressure. */
const MOST_HINTS_WAITING = 64 * 1024;

/** @see https://www.rfc-editor.org/rfc/rfc8288#section-3 */
const LINK = /^<[^<>]*>/;

/** Writes what comes from the upstream to the client. */
export class Relay implements Receiver, Leaver {
  call: Call | undefined;
  private isLeaving = false;
  /** Of the last chunk, as far as it tells whether an event ends with it. */
  private lastBytes: string | undefined;

  constructor(
    private readonly request: ClientRequest,
    protected readonly response: ClientResponse,
    protected readonly forwarding: Forwarding,
  ) {}

  /** 100, 102 and 103: no other informational response is in use. */
  information(status: number, headers: readonly string[]): void {
    const { request, response } = this;
    if (request.version !== "1.1" || response.waiting > MOST_HINTS_WAITING) return;
    if (status === 100 && request.expectsContinue) response.inform(100, "Continue");
    else if (status === 102) response.inform(102, "Processing");
    else if (status === 103 && isHint(headers))
      response.inform(103, "Early Hints", this.forwarding.answerHeaders(headers));
  }

  head(status: number, message: string, headers: readonly string[]): void {
    this.response.begin(status, message, this.forwarding.answerHeaders(headers));
    this.forwarding.begun?.();
  }

  data(chunk: Buffer): boolean {
    const { response } = this;
    if (response.isClosed || response.isEnded) return true;
    this.lastBytes = chunk.toString("latin1", Math.max(0, chunk.length - 4));
    if (this.isLeaving && endsEvent(this.lastBytes)) {
      response.write(chunk);
      this.endHere();
      return true;
    }
    if (response.write(chunk) || this.forwarding.mayHold?.(response.waiting)) return true;
    response.onDrain = () => this.call?.resume();
    return false;
  }

  end(list: readonly string[]): void {
    const { response } = this;
    this.forwarding.done?.();
    response.end(list.length > 0 ? trailers(list).flat() : list);
  }

  fail(failure: Failure): void {
    this.forwarding.done?.();
    if (!this.response.hasBegun) {
      this.forwarding.fail(failure);
      return;
    }
    this.forwarding.broken?.(failure);
    this.cut();
  }

  crashed(error: unknown): void {
    if (this.forwarding.crashed === undefined) throw error;
    this.forwarding.crashed(error);
  }

  /** Nobody waits for the answer any more. */
  cancel(): void {
    this.call?.cancel();
    this.forwarding.cancelled?.();
  }

  /** For an answer of server-sent events: it ends after a whole one, and its client asks again where it stands. */
  leave(): void {
    if (this.response.isEnded) return;
    this.isLeaving = true;
    if (this.lastBytes === undefined || endsEvent(this.lastBytes)) this.endHere();
  }

  private endHere(): void {
    this.response.end();
    this.cancel();
  }

  /** Ends the client's connection within the answer, at once when the client has had its time. */
  cut(isLate = false): void {
    this.response.cut(isLate);
  }
}

/** A hint is not worth an answer: one that names nothing is left out. */
function isHint(headers: readonly string[]): boolean {
  let isLink = false;
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i]!.length !== 4 || headers[i]!.toLowerCase() !== "link") continue;
    if (!LINK.test(headers[i + 1]!)) return false;
    isLink = true;
  }
  return isLink;
}

/** Whether a chunk of a `text/event-stream` that ends so ends with the blank line after an event. */
function endsEvent(lastBytes: string): boolean {
  return /(\n\n|\r\r|\r\n\r\n)$/.test(lastBytes);
}
