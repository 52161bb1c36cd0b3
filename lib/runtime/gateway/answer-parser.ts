import {
  BadMessage,
  CLOSE,
  type Framing,
  KEEP_ALIVE,
  LENGTH,
  LINE_END,
  MessageParser,
  NONE,
  SPACE,
} from "./message-parser";

/** Hears an answer in parts: any number of `information`, one `head`, any number of `data`, one `end`. */
export interface AnswerSink {
  information(status: number, headers: readonly string[]): void;
  head(status: number, message: string, headers: readonly string[]): void;
  /** The chunk is valid during the call only. */
  data(chunk: Buffer): void;
  end(trailers: readonly string[]): void;
}

const STATUS = /^[1-9][0-9][0-9]$/;
/** A chunk's size, and its extension, which is for nobody. */
const CHUNK_LINE = /^([0-9a-fA-F]{1,13})[ \t]*(?:;[^\r\n\0]*)?$/;
const LONGEST_CHUNK_LINE = 4096;
const TIMEOUT = /(?:^|[,;\s])timeout=(\d{1,9})/i;

/** @see https://www.rfc-editor.org/rfc/rfc9112#section-6.3 */
export class AnswerParser extends MessageParser {
  /** Whether the server keeps the connection open after the answer, and for how many milliseconds at the least. */
  keepsAlive = true;
  keepAliveMs = Number.POSITIVE_INFINITY;

  private sink: AnswerSink | undefined;
  private method = "";

  constructor(headerLimit: number) {
    super({ header: headerLimit, fields: Number.POSITIVE_INFINITY, chunkLine: LONGEST_CHUNK_LINE }, CHUNK_LINE);
  }

  /** The next answer is one to a request with this method. */
  expect(method: string, sink: AnswerSink): void {
    this.state = "head";
    this.method = method;
    this.sink = sink;
    this.keepsAlive = true;
    this.keepAliveMs = Number.POSITIVE_INFINITY;
  }

  /** The server has ended the connection; false when the answer is not whole. */
  finish(): boolean {
    if (this.state === "until-close") this.complete(NONE);
    return this.state === "done";
  }

  protected override onHead(text: string): void {
    const lineEnd = text.indexOf(LINE_END);
    const line = readStatusLine(lineEnd === -1 ? text : text.slice(0, lineEnd));
    this.begin(line, lineEnd === -1 ? [] : this.fieldsOf(text, lineEnd + LINE_END.length));
  }

  protected override onData(chunk: Buffer): void {
    this.sink!.data(chunk);
  }

  protected override onEnd(trailers: readonly string[]): void {
    const { sink } = this;
    this.sink = undefined;
    sink!.end(trailers);
  }

  protected override onSurplus(): never {
    throw new BadMessage("bytes that nobody asked for");
  }

  private begin({ status, message, isOld }: StatusLine, headers: readonly string[]): void {
    if (status === 101) throw new BadMessage("another protocol, for which nobody has asked");
    if (status < 200) {
      this.sink!.information(status, headers);
      return;
    }
    const framing = this.readFraming(headers, isOld);
    const hasBody = this.method !== "HEAD" && status !== 204 && status !== 304 && framing !== 0;
    if (hasBody) {
      this.awaitBody(framing);
      if (framing === "until-close") this.keepsAlive = false;
    } else if (framing !== 0 && (this.method === "HEAD" || framing !== "until-close")) {
      // An app that sends its body all the same may do so later, and the next request would take it for its answer.
      this.keepsAlive = false;
    }
    this.sink!.head(status, message, headers);
    if (!hasBody) this.complete(NONE);
  }

  /** How the body's end is known. Notes whether the connection is kept. */
  private readFraming(headers: readonly string[], isOld: boolean): Framing {
    let framing: Framing = "until-close";
    this.keepsAlive = !isOld;
    for (let i = 0; i < headers.length; i += 2) {
      const { length } = headers[i]!;
      if (length !== 14 && length !== 17 && length !== 10) continue;
      const value = headers[i + 1]!;
      switch (headers[i]!.toLowerCase()) {
        case "content-length":
          if (framing !== "until-close" || !LENGTH.test(value))
            throw new BadMessage("a Content-Length that is none, or two");
          framing = Number(value);
          break;
        case "transfer-encoding":
          if (framing !== "until-close" || isOld || value.toLowerCase() !== "chunked") {
            throw new BadMessage("a Transfer-Encoding other than chunked, or beside a Content-Length");
          }
          framing = "chunked";
          break;
        case "connection":
          if (CLOSE.test(value)) this.keepsAlive = false;
          else if (isOld && KEEP_ALIVE.test(value)) this.keepsAlive = true;
          break;
        case "keep-alive": {
          const timeout = TIMEOUT.exec(value);
          if (timeout !== null) this.keepAliveMs = Number(timeout[1]) * 1000;
        }
      }
    }
    return framing;
  }
}

interface StatusLine {
  readonly status: number;
  readonly message: string;
  /** HTTP/1.0. */
  readonly isOld: boolean;
}

function readStatusLine(line: string): StatusLine {
  const isOld = line.startsWith("HTTP/1.0 ");
  if (!isOld && !line.startsWith("HTTP/1.1 ")) throw new BadMessage("a first line that is no status line");
  const status = line.slice(9, 12);
  if (!STATUS.test(status) || (line.length > 12 && line.charCodeAt(12) !== SPACE)) throw new BadMessage("no status");
  return { status: Number(status), message: line.slice(13), isOld };
}
