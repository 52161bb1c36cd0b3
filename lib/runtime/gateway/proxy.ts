import type { IncomingMessage, ServerResponse } from "node:http";
import { type Call, expectsContinue, type Failure, type Receiver } from "./call";
import type { Leaver } from "./drain";
import { Guarded } from "./guarded";
import { trailers, without } from "./headers";
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
export function forward(request: IncomingMessage, response: ServerResponse, forwarding: Forwarding): Relay {
  // A client that gets a final answer may still send the body it had announced, or may not: nothing can follow.
  if (expectsContinue(request)) response.shouldKeepAlive = false;

  const relay = new Relay(request, response, forwarding);
  const call = forwarding.upstream.send(
    { method: request.method ?? "GET", path: forwarding.path, headers: forwarding.headers, source: request },
    new Guarded(relay),
  );
  return attach(relay, call, response);
}

/** Ties a call to the response that its answer goes to. */
export function attach<R extends Relay>(relay: R, call: Call, response: ServerResponse): R {
  relay.call = call;
  // Before anybody else hears of it, so that the app is told before its place goes to the next.
  response.prependListener("close", () => {
    if (!response.writableEnded) relay.cancel();
  });
  return relay;
}

/** A whole body of up to so many bytes leaves in one string with its header, which Node writes for less than a list of parts. */
const WHOLE_LIMIT = 8 * 1024;

/** Bytes that wait for the client while it still gets informational responses: they know no backpressure. */
const MOST_HINTS_WAITING = 64 * 1024;

/** Writes what comes from the upstream to the client. */
export class Relay implements Receiver, Leaver {
  call: Call | undefined;
  private hasBody = false;
  private isLeaving = false;
  private lastChunk: Buffer | undefined;
  /** The answer's Content-Length, if it has a body of known length. */
  private length = -1;
  /** A body that came in one piece: its end comes at once. */
  private whole: Buffer | undefined;
  private awaitsDrain = false;

  constructor(
    private readonly request: IncomingMessage,
    protected readonly response: ServerResponse,
    protected readonly forwarding: Forwarding,
  ) {}

  /** 100, 102 and 103: Node can write no other informational response, and no other is in use. */
  information(status: number, headers: readonly string[]): void {
    if (this.request.httpVersion !== "1.1") return;
    if (this.response.writableLength > MOST_HINTS_WAITING) return;
    if (status === 100 && expectsContinue(this.request)) this.response.writeContinue();
    else if (status === 102) this.response.writeProcessing();
    else if (status === 103) this.earlyHints(this.forwarding.answerHeaders(headers));
  }

  head(status: number, message: string, headers: readonly string[]): void {
    try {
      this.response.writeHead(status, message, this.framed(status, this.forwarding.answerHeaders(headers)));
    } catch {
      this.cancel();
      this.forwarding.fail("bad-response");
      return;
    }
    this.forwarding.begun?.();
    // Header and first bytes leave in one packet when they came in one; a header alone does not wait for a body.
    process.nextTick(flushHead, this);
  }

  flushHead(): void {
    if (!this.hasBody && !this.response.writableEnded && !this.response.destroyed) this.response.flushHeaders();
  }

  data(chunk: Buffer): boolean {
    if (this.response.destroyed || this.response.writableEnded) return true;
    this.hasBody = true;
    this.lastChunk = chunk;
    if (this.isLeaving && endsEvent(chunk)) {
      this.response.write(chunk);
      this.endHere();
      return true;
    }
    if (chunk.length === this.length && chunk.length <= WHOLE_LIMIT) {
      this.whole = chunk;
      return true;
    }
    if (this.response.write(chunk) || this.forwarding.mayHold?.(this.response.writableLength)) return true;
    this.awaitDrain();
    return false;
  }

  private awaitDrain(): void {
    if (this.awaitsDrain) return;
    this.awaitsDrain = true;
    this.response.once("drain", () => {
      this.awaitsDrain = false;
      this.call?.resume();
    });
  }

  end(list: readonly string[]): void {
    const { response } = this;
    if (this.whole !== undefined && !response.destroyed) this.writeWhole(this.whole);
    this.forwarding.done?.();
    if (response.destroyed) return;
    if (list.length > 0) response.addTrailers(trailers(list));
    response.end();
  }

  /** Uncorked before the end, with which Node would write an empty third part. */
  private writeWhole(body: Buffer): void {
    const { response } = this;
    const { socket } = response;
    this.whole = undefined;
    socket?.cork();
    response.write(body.toString("latin1"), "latin1");
    socket?.uncork();
  }

  fail(failure: Failure): void {
    this.forwarding.done?.();
    if (!this.response.headersSent) {
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
    if (this.response.writableEnded) return;
    this.isLeaving = true;
    if (this.lastChunk === undefined || endsEvent(this.lastChunk)) this.endHere();
  }

  private endHere(): void {
    if (this.whole !== undefined) this.writeWhole(this.whole);
    this.response.end();
    this.cancel();
  }

  private earlyHints(list: readonly string[]): void {
    const hints: Record<string, string[]> = {};
    for (let i = 0; i < list.length; i += 2) {
      const name = list[i]!.toLowerCase();
      hints[name] = [...(hints[name] ?? []), list[i + 1]!];
    }
    const { link, ...others } = hints;
    if (link === undefined) return;
    try {
      this.response.writeEarlyHints({ link, ...others });
    } catch {
      // Node checks the syntax of Link, and a hint is not worth an answer.
    }
  }

  /** What may not stand beside the framing that Node is going to choose. */
  private framed(status: number, headers: string[]): string[] {
    if (status === 204) return without(without(headers, "content-length"), "trailer");
    let hasTrailer = false;
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!;
      if (name.length === 14 && name.toLowerCase() === "content-length") this.length = Number(headers[i + 1]);
      else if (name.length === 7 && name.toLowerCase() === "trailer") hasTrailer = true;
    }
    if (!hasTrailer) return headers;
    const { httpVersion, method } = this.request;
    const isChunked = httpVersion === "1.1" && method !== "HEAD" && status !== 304 && this.length === -1;
    return isChunked ? headers : without(headers, "trailer");
  }

  /**
   * Ends the connection after the bytes that did arrive, and before what would say that they are all; at once when the
   * client has had its time, since one that does not read would never take them.
   */
  cut(isLate = false): void {
    const { socket } = this.response;
    if (this.whole !== undefined) this.writeWhole(this.whole);
    if (socket === null) this.response.destroy();
    // To an HTTP/1.0 client the end of the connection is the end of the body: only a reset tells it otherwise.
    else if (this.request.httpVersion === "1.0") socket.resetAndDestroy();
    else if (isLate) socket.destroy();
    else socket.destroySoon();
  }
}

function flushHead(relay: Relay): void {
  relay.flushHead();
}

/** Whether a chunk of a `text/event-stream` ends with the blank line after an event. */
function endsEvent(chunk: Buffer): boolean {
  return /(\n\n|\r\r|\r\n\r\n)$/.test(chunk.toString("latin1", Math.max(0, chunk.length - 4)));
}
