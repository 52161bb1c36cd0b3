import type { Socket } from "node:net";
import { type Arrival, ClientRequest } from "./client-request";
import { ClientResponse, type Departure } from "./client-response";
import { BadMessage } from "./message-parser";
import { type Refusal, refusalText } from "./refusal";
import { badRequest, HEADERS_TIMEOUT, NO_TUNNELS, parserRefusal } from "./refusals";
import { type RequestHead, RequestParser, type RequestSink } from "./request-parser";
import { protocolAsked, type Upgrade } from "./upgrade";

/** What all connections of a server share. */
export interface Serving {
  /** For how long a connection may rest between requests. */
  readonly keepAliveMs: number;
  /** How long a request's header may take. */
  readonly headersTimeoutMs: number;
  serve(request: ClientRequest, response: ClientResponse, upgrade?: Upgrade): void;
}

/** What is read ahead behind a request that is being served: so far a client that leaves is noticed. */
const MOST_AHEAD = 64 * 1024;

/** A client that counts on the announced time is not cut off. */
const KEEP_ALIVE_SLACK_MS = 1000;

/** One client's connection. Its requests are served one after the other, and none behind an answer that closes it. */
export class ClientConnection implements RequestSink, Arrival, Departure {
  readonly keepAliveSeconds: number;
  private readonly parser = new RequestParser(this);
  /** The request whose body comes, or came last. */
  private incoming: ClientRequest | undefined;
  /** The answer that is being given. */
  private response: ClientResponse | undefined;
  /** The request behind it. */
  private next: ClientRequest | undefined;
  private isReading = false;
  private isPaused = false;
  /** What follows is for nobody: it may be a refused request's body in disguise. */
  private isLast = false;
  /** The connection has left HTTP, or ends. */
  private isOver = false;
  /** Whether a request has been answered: only then may the connection rest. */
  private hasServed = false;
  /** When the wait for a request began, or for the rest of its header. */
  private since = performance.now();
  private counted = { read: 0, written: 0 };

  constructor(
    readonly socket: Socket,
    private readonly serving: Serving,
  ) {
    this.keepAliveSeconds = Math.floor(serving.keepAliveMs / 1000);
    socket
      .on("data", this.onBytes)
      .once("end", this.onEnd)
      .on("drain", () => this.response?.drained())
      // What an error means is said by the "close" that follows it.
      .on("error", () => undefined)
      .once("close", () => this.onClose());
  }

  get peer(): string {
    return this.socket.remoteAddress ?? "";
  }

  get port(): number {
    return this.socket.localPort ?? 0;
  }

  /** What has passed since the connection began. */
  get passed(): number {
    const { bytesRead, bytesWritten, writableLength } = this.socket;
    return bytesRead + bytesWritten - writableLength;
  }

  /** What has passed since this was last asked: of one request, unless its client sends several ahead. */
  takeBytes(): { readonly read: number; readonly written: number } {
    const { bytesRead, bytesWritten } = this.socket;
    const { counted } = this;
    this.counted = { read: bytesRead, written: bytesWritten };
    return { read: bytesRead - counted.read, written: bytesWritten - counted.written };
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Closes the connection if its client has taken too long. */
  look(now: number): void {
    if (this.response !== undefined || this.isOver) return;
    const waited = now - this.since;
    const { headersTimeoutMs, keepAliveMs } = this.serving;
    if (this.hasServed && (this.parser.isBetween || this.isDiscarding)) {
      if (waited > keepAliveMs + KEEP_ALIVE_SLACK_MS) this.socket.destroy();
    } else if (waited > headersTimeoutMs) {
      this.refuse(HEADERS_TIMEOUT);
    }
  }

  head(head: RequestHead): boolean {
    if (this.isLast || this.isOver) return false;
    const request = new ClientRequest(head, this);
    this.incoming = request;
    if (this.response === undefined) return this.begin(request);
    this.next = request;
    // Nobody pipelines what leaves HTTP, and an answer that has begun is not the place for a refusal.
    if (head.method === "CONNECT" || protocolAsked(request) !== undefined) this.socket.destroy();
    return false;
  }

  data(chunk: Buffer): void {
    this.incoming?.data(chunk);
  }

  end(trailers: readonly string[]): void {
    this.incoming?.end(trailers);
    // The answer was before the body's end.
    if (this.response === undefined) this.incoming = undefined;
  }

  /** Reads on, or waits. */
  flow(): void {
    if (this.isOver) return;
    const mustWait = this.incoming?.isFull === true || this.parser.waiting > MOST_AHEAD;
    if (mustWait === this.isPaused) return;
    this.isPaused = mustWait;
    if (mustWait) this.socket.pause();
    else this.socket.resume();
  }

  /** The last byte of an answer has left. */
  answered(response: ClientResponse): void {
    if (response.isClosed || response !== this.response) return;
    this.response = undefined;
    this.hasServed = true;
    const { request } = response;
    response.close();
    if (!response.keepsAlive || this.isLast) {
      this.leave();
      return;
    }
    if (!request.isComplete) request.discard();
    this.since = performance.now();
    if (this.next !== undefined) this.proceed();
    // An idle connection would hold its last request.
    else if (request.isComplete && this.incoming === request) this.incoming = undefined;
  }

  /** The answer was given before the request's body had come. */
  private get isDiscarding(): boolean {
    return this.response === undefined && this.incoming?.isComplete === false;
  }

  private readonly onBytes = (bytes: Buffer): void => {
    // Behind an answer that closes, or bytes that were no request.
    if (this.isLast || this.isOver) return;
    const { parser } = this;
    const wasBetween = parser.isBetween;
    this.read(bytes);
    if (this.response === undefined && (wasBetween !== parser.isBetween || this.isDiscarding)) {
      this.since = performance.now();
    }
  };

  /** The request that waits has its turn. */
  private proceed(): void {
    if (!this.isReading) this.read(undefined);
  }

  /** What arrived, or what waits. */
  private read(bytes: Buffer | undefined): void {
    this.isReading = true;
    try {
      if (bytes !== undefined) this.parser.read(bytes);
      while (this.next !== undefined && this.response === undefined && !this.isLast) {
        const { next } = this;
        this.next = undefined;
        if (!this.begin(next)) break;
        this.parser.resume();
      }
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      this.refuse(parserRefusal(error));
    } finally {
      this.isReading = false;
    }
    this.flow();
  }

  /** Serves a request; false when no other can follow. */
  private begin(request: ClientRequest): boolean {
    if (request.method === "CONNECT") {
      this.refuse(NO_TUNNELS);
      return false;
    }
    const response = new ClientResponse(request, this);
    this.response = response;
    const protocol = protocolAsked(request);
    if (protocol === undefined) {
      this.serving.serve(request, response);
      return !this.isOver;
    }
    response.keepsAlive = false;
    // The bytes behind the request are known when all that came with it have been looked at.
    process.nextTick(() => this.handOver(request, response, protocol));
    return false;
  }

  private handOver(request: ClientRequest, response: ClientResponse, protocol: string): void {
    const { socket } = this;
    if (response.isClosed) return;
    socket.off("data", this.onBytes).off("end", this.onEnd).pause();
    this.isLast = true;
    this.serving.serve(request, response, { request, socket, head: this.parser.takeWaiting(), protocol });
  }

  /** A client that has said its last takes no answer either; it hears why, where it broke off within a request. */
  private readonly onEnd = (): void => {
    const isCut = !this.parser.isBetween || this.incoming?.isComplete === false;
    if (isCut && !this.response?.request.isComplete) this.refuse(badRequest("The connection ended within a request."));
    else this.socket.end();
  };

  private onClose(): void {
    this.isOver = true;
    this.response?.close();
    this.response = undefined;
    this.incoming = undefined;
    this.next = undefined;
  }

  /** For what is no request. One before it that has come whole is answered, and nothing behind it. */
  private refuse(refusal: Refusal): void {
    const { response, socket } = this;
    if (this.isOver || this.isLast) return;
    this.isLast = true;
    if (response?.request.isComplete) {
      response.keepsAlive = false;
      return;
    }
    this.isOver = true;
    if (!socket.writable || response?.hasBegun) {
      socket.destroy();
      return;
    }
    response?.close();
    socket.end(refusalText(refusal), "latin1", () => socket.destroy());
  }

  /** An answer has said that it closes the connection. */
  private leave(): void {
    this.isOver = true;
    this.incoming = undefined;
    this.next = undefined;
    this.socket.destroySoon();
  }
}
