import type { Socket } from "node:net";
import type { ClientRequest } from "./client-request";
import { httpDate } from "./http-date";
import { NONE } from "./message-parser";

/** What a response does with its connection. */
export interface Departure {
  readonly socket: Socket;
  /** For `Keep-Alive`: how long the connection may rest. */
  readonly keepAliveSeconds: number;
  /** The last byte of the answer has left. */
  answered(response: ClientResponse): void;
}

/** How the client knows where the body ends. */
type Framing = "sized" | "chunked" | "until-close" | "no-body";

/** A string of so many bytes is written for less than a list of parts. */
const SMALL = 8 * 1024;

/** The answer to a client's request. What is written in one turn of the event loop leaves together. */
export class ClientResponse {
  status = 0;
  /** Whether another request may follow on the connection. */
  keepsAlive: boolean;
  /** Its last byte is written. */
  isEnded = false;
  /** Its last byte has left, or nothing more can leave. */
  isClosed = false;
  /** The client takes more again; told once. */
  onDrain: (() => void) | undefined;

  private framing: Framing = "no-body";
  private hasBody = false;
  /** The `Content-Length`, if there is one. */
  private length = -1;
  /** Of a header that says everything but how its body ends. */
  private isOpenHead = false;
  private trailerField = "";
  /** Text that is yet to leave, in this turn. */
  private text = "";
  private isScheduled = false;
  private readonly listeners: (() => void)[] = [];

  constructor(
    readonly request: ClientRequest,
    private readonly departure: Departure,
  ) {
    // A client that waits for a 100 and gets a final answer may still send its body, or may not: nothing can follow.
    this.keepsAlive = request.keepsAlive && !(request.expect !== undefined && request.version === "1.1");
  }

  get socket(): Socket {
    return this.departure.socket;
  }

  /** Whether the final answer has begun. */
  get hasBegun(): boolean {
    return this.status !== 0;
  }

  /** Bytes that wait for the client. */
  get waiting(): number {
    return this.socket.writableLength + this.text.length;
  }

  /** Listeners hear it in their order, once. `first` is for whoever has to hear it before all others. */
  onClose(listener: () => void, first = false): void {
    if (first) this.listeners.unshift(listener);
    else this.listeners.push(listener);
  }

  /** An answer before the answer: 1xx. */
  inform(status: number, message: string, headers: readonly string[] = NONE): void {
    if (this.hasBegun || this.isClosed) return;
    this.text += `HTTP/1.1 ${status} ${message}\r\n${lines(headers)}\r\n`;
    this.flush();
  }

  /** The status and the headers, end-to-end ones only. They leave with the first bytes of the body, or else at the end of this turn. */
  begin(status: number, message: string, headers: readonly string[]): void {
    this.status = status;
    const canHaveBody = status !== 204 && status !== 304;
    this.hasBody = canHaveBody && this.request.method !== "HEAD";
    let text = `HTTP/1.1 ${status} ${message}\r\n`;
    let hasDate = false;
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!;
      switch (name.length) {
        case 4:
          hasDate ||= name.toLowerCase() === "date";
          break;
        case 7:
          if (name.toLowerCase() !== "trailer") break;
          // There may be nothing that trailers could come behind.
          this.trailerField += `${name}: ${headers[i + 1]}\r\n`;
          continue;
        case 14:
          if (name.toLowerCase() !== "content-length") break;
          if (status === 204) continue;
          this.length = Number(headers[i + 1]);
      }
      text += `${name}: ${headers[i + 1]}\r\n`;
    }
    this.text += hasDate ? text : `${text}Date: ${httpDate()}\r\n`;
    this.isOpenHead = true;
    this.schedule();
  }

  /** The client and the app have agreed on another protocol. */
  switchProtocols(message: string, headers: readonly string[]): void {
    this.status = 101;
    this.text += `HTTP/1.1 101 ${message}\r\n${lines(headers)}\r\n`;
    this.flush();
  }

  /** A part of the body; the chunk is the caller's again afterwards. False asks to wait for `onDrain`. */
  write(chunk: Buffer): boolean {
    if (this.isClosed || this.isEnded) return true;
    if (this.isOpenHead) this.closeHead();
    if (!this.hasBody || chunk.length === 0) return true;
    const { socket } = this;
    if (chunk.length <= SMALL) {
      const part = chunk.toString("latin1");
      this.text += this.framing === "chunked" ? `${chunk.length.toString(16)}\r\n${part}\r\n` : part;
      if (this.text.length > SMALL) this.flush();
      else this.schedule();
      return !socket.writableNeedDrain;
    }
    socket.cork();
    if (this.framing === "chunked") this.text += `${chunk.length.toString(16)}\r\n`;
    this.flush();
    socket.write(Buffer.from(chunk));
    if (this.framing === "chunked") socket.write("\r\n", "latin1");
    socket.uncork();
    return !socket.writableNeedDrain;
  }

  end(trailers: readonly string[] = NONE): void {
    if (this.isClosed || this.isEnded) return;
    if (this.isOpenHead) this.closeHead();
    if (this.framing === "chunked") this.text += `0\r\n${lines(trailers)}\r\n`;
    this.isEnded = true;
    this.flush();
    if (this.socket.writableLength === 0) this.departure.answered(this);
    else this.socket.write("", () => this.departure.answered(this));
  }

  /** What is written leaves now. */
  readonly flush = (): void => {
    if (this.isClosed) return;
    if (this.isOpenHead) this.closeHead();
    if (this.text === "") return;
    const { text } = this;
    this.text = "";
    this.socket.write(text, "latin1");
  };

  /**
   * Ends the connection after the bytes that did arrive, and before what would say that they are all; at once when the client has had
   * its time, since one that does not read would never take them.
   */
  cut(isLate: boolean): void {
    const { socket } = this;
    this.flush();
    // To whom the end of the connection is the end of the body, only a reset says otherwise.
    if (this.request.version === "1.0") socket.resetAndDestroy();
    else if (isLate) socket.destroy();
    else socket.destroySoon();
  }

  /** From the connection. */
  drained(): void {
    const { onDrain } = this;
    this.onDrain = undefined;
    onDrain?.();
  }

  /** From the connection: nothing more leaves. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const listener of this.listeners) listener();
  }

  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    process.nextTick(flushed, this);
  }

  /** From the end of the turn in which it was scheduled. */
  turned(): void {
    this.isScheduled = false;
    this.flush();
  }

  /** Says how the body ends, and whether the connection goes on. */
  private closeHead(): void {
    this.isOpenHead = false;
    const { request, hasBody, length } = this;
    const isOld = request.version === "1.0";
    let field = "";
    if (!hasBody) this.framing = "no-body";
    else if (length !== -1) this.framing = "sized";
    else if (isOld) this.framing = "until-close";
    else {
      this.framing = "chunked";
      field = `${this.trailerField}Transfer-Encoding: chunked\r\n`;
    }
    // An old client waits for the connection's end where there is no length, whatever the method.
    if (isOld && length === -1) this.keepsAlive = false;
    this.text += this.keepsAlive
      ? `Connection: keep-alive\r\nKeep-Alive: timeout=${this.departure.keepAliveSeconds}\r\n${field}\r\n`
      : `Connection: close\r\n${field}\r\n`;
  }
}

function flushed(response: ClientResponse): void {
  response.turned();
}

function lines(headers: readonly string[]): string {
  let text = "";
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return text;
}
