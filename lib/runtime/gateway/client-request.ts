import type { RequestHead } from "./request-parser";

/** Who takes a request's body: any number of `data`, one `end`. */
export interface BodyTaker {
  /** The chunk is valid during the call only. */
  data(chunk: Buffer): void;
  end(trailers: readonly string[]): void;
}

/** The connection that a request came on. */
export interface Arrival {
  /** Address of the peer, and the port that it connected to. */
  readonly peer: string;
  readonly port: number;
  /** Bytes that have passed, either way. */
  readonly passed: number;
  /** Those since this was last asked. */
  takeBytes(): { readonly read: number; readonly written: number };
  /** The request takes more, or no more, of its body for now. */
  flow(): void;
  destroy(): void;
}

/** What may wait here of a body that nobody takes yet. */
const MOST_HELD = 64 * 1024;

const NOBODY: BodyTaker = { data: () => undefined, end: () => undefined };

/** A client's request, and its body as it comes. */
export class ClientRequest {
  readonly method: string;
  target: string;
  readonly version: "1.0" | "1.1";
  /** Flat, as they were sent. */
  headers: string[];
  readonly body: number | "chunked" | "unknown";
  readonly host: string | undefined;
  readonly expect: string | undefined;
  readonly upgrade: string | undefined;
  readonly keepsAlive: boolean;
  /** All of it has come. */
  isComplete: boolean;
  /** Told when whoever takes the body has had all of it. */
  onTaken: (() => void) | undefined;

  private taker: BodyTaker | undefined;
  private isPaused = false;
  private held: Buffer[] | undefined;
  private heldBytes = 0;
  private trailers: readonly string[] | undefined;
  private passed = 0;
  private limit = Number.POSITIVE_INFINITY;
  private onExceeded: (() => void) | undefined;

  constructor(
    head: RequestHead,
    readonly arrival: Arrival,
  ) {
    this.method = head.method;
    this.target = head.target;
    this.version = head.version;
    this.headers = head.headers;
    this.body = head.body;
    this.host = head.host;
    this.expect = head.expect;
    this.upgrade = head.upgrade;
    this.keepsAlive = head.keepsAlive;
    this.isComplete = head.body === 0;
  }

  get hasBody(): boolean {
    return this.body !== 0;
  }

  get isChunked(): boolean {
    return this.body === "chunked";
  }

  /** Whether the client holds its body back until the app has agreed to take it. */
  get expectsContinue(): boolean {
    return this.expect !== undefined && this.version === "1.1" && this.body !== 0;
  }

  /** Whether the client is to send more before anything goes on. */
  get awaitsBody(): boolean {
    return !this.isComplete && !this.isPaused && this.heldBytes === 0;
  }

  /** Whether the connection has to wait. */
  get isFull(): boolean {
    return this.isPaused || this.heldBytes >= MOST_HELD;
  }

  /** What a header says, by its name in lower case; of several, all that they say. */
  header(name: string): string | undefined {
    const { headers } = this;
    let value: string | undefined;
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i]!.length !== name.length || headers[i]!.toLowerCase() !== name) continue;
      value = value === undefined ? headers[i + 1]! : `${value}, ${headers[i + 1]}`;
    }
    return value;
  }

  /** The body is this one's from here on, from its beginning if nobody had it before. */
  take(taker: BodyTaker): void {
    this.taker = taker;
    this.resume();
  }

  /** What is left of the body is for nobody. */
  discard(): void {
    this.onTaken = undefined;
    this.onExceeded = undefined;
    this.take(NOBODY);
  }

  /** Tells once when the body is longer. */
  limitBody(bytes: number, onExceeded: () => void): void {
    this.limit = bytes;
    this.onExceeded = onExceeded;
    this.checkLimit();
  }

  pause(): void {
    this.isPaused = true;
    this.arrival.flow();
  }

  resume(): void {
    this.isPaused = false;
    const { held } = this;
    while (held !== undefined && held.length > 0 && !this.isPaused) {
      const chunk = held.shift()!;
      this.heldBytes -= chunk.length;
      this.pass(chunk);
    }
    if (this.trailers !== undefined && this.heldBytes === 0 && !this.isPaused) this.finish(this.trailers);
    this.arrival.flow();
  }

  /** From the connection. */
  data(chunk: Buffer): void {
    if (this.taker !== undefined && !this.isPaused) {
      this.pass(chunk);
      return;
    }
    this.held ??= [];
    this.held.push(Buffer.from(chunk));
    this.heldBytes += chunk.length;
    this.arrival.flow();
  }

  /** From the connection. */
  end(trailers: readonly string[]): void {
    this.isComplete = true;
    if (this.taker === undefined || this.isPaused || this.heldBytes > 0) this.trailers = trailers;
    else this.finish(trailers);
  }

  private pass(chunk: Buffer): void {
    this.passed += chunk.length;
    this.taker!.data(chunk);
    this.checkLimit();
  }

  private checkLimit(): void {
    const { onExceeded } = this;
    if (this.passed <= this.limit || onExceeded === undefined) return;
    this.onExceeded = undefined;
    onExceeded();
  }

  private finish(trailers: readonly string[]): void {
    this.trailers = undefined;
    this.taker!.end(trailers);
    this.onTaken?.();
  }
}
