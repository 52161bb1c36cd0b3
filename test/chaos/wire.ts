import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type AnswerEvents, AnswerReader } from "./answer-reader";

/** The connection ended before the answer was whole. */
export class Broken extends Error {
  constructor(readonly at: "head" | "body") {
    super(`the connection ended ${at === "head" ? "before the answer" : "in the answer's body"}`);
  }
}

/** A client's connection, which can be left in every way that a client may. */
export class Wire {
  answer: Answer | undefined;
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => this.answer?.read(chunk));
    socket.once("end", () => socket.end());
    socket.once("close", () => {
      this.isClosed = true;
      this.answer?.closed();
    });
  }

  /** Rejects when nobody takes the connection. */
  static async open(port: number): Promise<Wire> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    await once(socket, "connect");
    return new Wire(socket);
  }

  /** Whether another request may follow on it. */
  get isUsable(): boolean {
    return !this.isClosed && this.socket.writable && !this.socket.readableEnded && this.answer?.isLast !== true;
  }

  /** Sends the bytes of a request, whole or only its beginning. */
  send(request: Buffer | string, method = "GET"): Answer {
    this.answer = new Answer(method);
    if (this.isClosed) this.answer.closed();
    else this.socket.write(request);
    return this.answer;
  }

  /** Sends more bytes of the request, if anybody is there. */
  write(bytes: Buffer | string): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  close(): void {
    this.socket.destroy();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }
}

/** One answer as it comes. Small ones are kept as text. */
export class Answer implements AnswerEvents {
  status = 0;
  header = "";
  text = "";
  bytes = 0;
  isLast = false;
  /** Called with each piece of the body. */
  onData: ((chunk: Buffer) => void) | undefined;
  /** The header is here. */
  readonly begun: Promise<void>;
  /** The body is whole. Rejects with `Broken`. */
  readonly whole: Promise<void>;

  private readonly reader: AnswerReader;
  private resolveBegun!: () => void;
  private rejectBegun!: (error: Error) => void;
  private resolveWhole!: () => void;
  private rejectWhole!: (error: Error) => void;

  constructor(method: string) {
    this.reader = new AnswerReader(this, method);
    this.begun = new Promise((resolve, reject) => {
      this.resolveBegun = resolve;
      this.rejectBegun = reject;
    });
    this.whole = new Promise((resolve, reject) => {
      this.resolveWhole = resolve;
      this.rejectWhole = reject;
    });
    this.begun.catch(() => undefined);
    this.whole.catch(() => undefined);
  }

  get isUpgraded(): boolean {
    return this.reader.isUpgraded;
  }

  read(chunk: Buffer): void {
    try {
      this.reader.read(chunk);
    } catch (error) {
      this.rejectBegun(error as Error);
      this.rejectWhole(error as Error);
    }
  }

  closed(): void {
    if (this.reader.closed()) return;
    const error = new Broken(this.status === 0 ? "head" : "body");
    this.rejectBegun(error);
    this.rejectWhole(error);
  }

  head(status: number, header: string): void {
    this.status = status;
    this.header = header;
    this.isLast = /\r\nconnection: *close/i.test(header);
    this.resolveBegun();
  }

  data(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.text.length < 4096) this.text += chunk.toString("latin1");
    this.onData?.(chunk);
  }

  end(): void {
    this.resolveWhole();
  }
}

export interface Asked {
  readonly method?: string;
  readonly headers?: readonly string[];
}

/** A request's header, and the body that has a length. */
export function requestText(path: string, { method = "GET", headers = [] }: Asked = {}, body = ""): string {
  const length = body === "" ? [] : [`Content-Length: ${body.length}`];
  return `${[`${method} ${path} HTTP/1.1`, "Host: chaos.test", ...headers, ...length].join("\r\n")}\r\n\r\n${body}`;
}

const CHUNK = 1500;

/** A request whose body does not say how long it is. */
export function chunkedRequest(path: string, body: string, headers: readonly string[] = []): string {
  let text = requestText(path, { method: "POST", headers: [...headers, "Transfer-Encoding: chunked"] });
  for (let at = 0; at < body.length; at += CHUNK) {
    const piece = body.slice(at, at + CHUNK);
    text += `${piece.length.toString(16)}\r\n${piece}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

export const UPGRADE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A status, and the gateway's code if it is one of its own answers. */
export function answerWord({ status, text }: Answer): string {
  const code = /"code":"(\w+)"/.exec(text)?.[1];
  return code === undefined ? `${status}` : `${status} ${code}`;
}
