import { AnswerParser, type AnswerSink } from "./answer-parser";
import { AppSocket } from "./app-socket";
import type { Failure } from "./call";
import { BadMessage } from "./message-parser";

export interface AppAddress {
  /** On loopback. */
  readonly port: number;
  /** How many bytes of header are read from the app. */
  readonly headerLimit: number;
}

/** Bytes from all connections arrive here: to copy what is kept of them is cheaper than new memory for each arrival. */
const arrivals = Buffer.allocUnsafeSlow(64 * 1024);

/** Who uses a connection, for one request. After `end` or `lost` it hears nothing more. */
export interface ConnectionUser extends AnswerSink {
  lost(failure: Failure): void;
  /** The app takes more of the request's body. */
  drained(): void;
}

/** A connection to the app, for one request at a time. */
export class AppConnection {
  /** Whether a request has been answered on it before: only then can the app have closed it for being idle. */
  hasCarried = false;
  /** Whether the app has sent anything since the request began. */
  isAnswering = false;
  /** When it is too old to be used again, on the clock of `performance.now()`. */
  usableUntil = 0;
  private readonly socket: AppSocket;
  private readonly parser: AnswerParser;
  private user: ConnectionUser | undefined;
  private isConnected = false;

  constructor(
    { port, headerLimit }: AppAddress,
    private readonly onGone: (connection: AppConnection) => void,
  ) {
    this.parser = new AnswerParser(headerLimit);
    this.socket = new AppSocket({
      buffer: arrivals,
      callback: (size) => this.onBytes(arrivals.subarray(0, size)),
    });
    this.socket
      .connect({ port, host: "127.0.0.1" })
      .once("connect", () => {
        this.isConnected = true;
      })
      .on("drain", () => this.user?.drained())
      // What an error means is said by the "close" that follows it.
      .on("error", () => undefined)
      .once("end", () => this.onEnd())
      .once("close", () => this.onClose());
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** For how many milliseconds at the least the app keeps the connection open when it rests; 0 when it cannot be used again. */
  get keepAliveMs(): number {
    const { destroyed, hasFailed, writableLength } = this.socket;
    return destroyed || hasFailed || writableLength > 0 || !this.parser.keepsAlive ? 0 : this.parser.keepAliveMs;
  }

  /** Sends a request's header; what is written in the same turn leaves with it. */
  begin(method: string, head: string, user: ConnectionUser): void {
    this.user = user;
    this.isAnswering = false;
    this.parser.expect(method, user);
    this.socket.write(head, "latin1");
  }

  /** False asks to wait for `drained`. */
  write(chunk: Buffer | string): boolean {
    return typeof chunk === "string" ? this.socket.write(chunk, "latin1") : this.socket.write(chunk);
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** The answer has been read, and the connection rests. */
  rest(usableUntil: number): void {
    this.user = undefined;
    this.hasCarried = true;
    this.usableUntil = usableUntil;
    this.socket.resume();
  }

  destroy(): void {
    this.user = undefined;
    this.socket.destroy();
  }

  private onBytes(bytes: Buffer): boolean {
    this.isAnswering = true;
    try {
      this.parser.read(bytes);
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      this.lose("bad-response");
    }
    return true;
  }

  private onEnd(): void {
    if (this.user === undefined) this.destroy();
    else if (!this.parser.finish()) this.lose("disconnected");
  }

  private onClose(): void {
    this.onGone(this);
    this.lose(this.isConnected ? "disconnected" : "unreachable");
  }

  private lose(failure: Failure): void {
    const { user } = this;
    this.destroy();
    user?.lost(failure);
  }
}
