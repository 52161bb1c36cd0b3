/** Hears an answer in parts: any number of `information`, one `head`, any number of `data`, one `end`. */
export interface AnswerSink {
  information(status: number, headers: readonly string[]): void;
  head(status: number, message: string, headers: readonly string[]): void;
  /** The chunk is valid during the call only. */
  data(chunk: Buffer): void;
  end(trailers: readonly string[]): void;
}

/** What a server sent is not HTTP/1.x, or two readers might read it differently. */
export class BadAnswer extends Error {}

type State = "head" | "sized" | "until-close" | "chunk-size" | "chunk-data" | "chunk-end" | "trailers" | "done";

/** How a body's end is known: a number is its length. */
type Framing = number | "chunked" | "until-close";

const NONE: readonly string[] = [];
const LINE_END = "\r\n";
const HEAD_END = "\r\n\r\n";
const CR = 13;
const LF = 10;
const TAB = 9;
const SPACE = 32;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const STATUS = /^[1-9][0-9][0-9]$/;
const LENGTH = /^[0-9]{1,15}$/;
/** A chunk's size, and its extension, which is for nobody. */
const CHUNK_SIZE = /^([0-9a-fA-F]{1,13})[ \t]*(?:;[^\r\n\0]*)?$/;
const LONGEST_CHUNK_LINE = 4096;
/** Half a line end, or a control character: what servers disagree about. */
const UNSOUND = /\r(?!\n)|(?<!\r)\n|[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
const BARE_LINE_FEED = /(?<!\r)\n/;

const CLOSE = /(^|,)[ \t]*close[ \t]*(,|$)/i;
const KEEP_ALIVE = /(^|,)[ \t]*keep-alive[ \t]*(,|$)/i;
const TIMEOUT = /(?:^|[,;\s])timeout=(\d{1,9})/i;

/**
 * Reads the answers that come over one connection, one after the other. Of the bytes it keeps none but those of a header, a chunk's
 * size or trailers that are not whole yet.
 * @see https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */
export class AnswerParser {
  /** Whether the server keeps the connection open after the answer, and for how many milliseconds at the least. */
  keepsAlive = true;
  keepAliveMs = Number.POSITIVE_INFINITY;

  private state: State = "done";
  private sink: AnswerSink | undefined;
  private method = "";
  private partial: Buffer | undefined;
  /** Bytes of the body, or of the chunk, that have not come yet. */
  private remaining = 0;

  constructor(private readonly headerLimit: number) {}

  /** The next answer is one to a request with this method. */
  expect(method: string, sink: AnswerSink): void {
    this.state = "head";
    this.method = method;
    this.sink = sink;
    this.keepsAlive = true;
    this.keepAliveMs = Number.POSITIVE_INFINITY;
  }

  /** Throws `BadAnswer`. The bytes are the caller's again afterwards. */
  read(arrived: Buffer): void {
    let bytes = arrived;
    if (this.partial !== undefined) {
      bytes = Buffer.concat([this.partial, arrived]);
      this.partial = undefined;
    }
    for (let at = 0; at < bytes.length; ) {
      const next = this.step(bytes, at);
      if (next === undefined) {
        this.partial = Buffer.from(bytes.subarray(at));
        return;
      }
      at = next;
    }
  }

  /** The server has ended the connection; false when the answer is not whole. */
  finish(): boolean {
    if (this.state === "until-close") this.complete(NONE);
    return this.state === "done";
  }

  /** Reads one part, and returns where the rest begins; undefined when the part is not whole. */
  private step(bytes: Buffer, at: number): number | undefined {
    switch (this.state) {
      case "head":
        return this.readHead(bytes, at);
      case "sized":
      case "chunk-data":
        return this.readBody(bytes, at);
      case "until-close":
        this.sink!.data(at === 0 ? bytes : bytes.subarray(at));
        return bytes.length;
      case "chunk-size":
        return this.readChunkSize(bytes, at);
      case "chunk-end":
        return this.readChunkEnd(bytes, at);
      case "trailers":
        return this.readTrailers(bytes, at);
      case "done":
        throw new BadAnswer("bytes that nobody asked for");
    }
  }

  private readHead(bytes: Buffer, at: number): number | undefined {
    const end = this.endOf(HEAD_END, bytes, at, this.headerLimit);
    if (end === undefined) {
      // A server that means it as a line's end would be waited for.
      if (BARE_LINE_FEED.test(bytes.toString("latin1", at))) throw new BadAnswer("a line feed of its own");
      return undefined;
    }
    const text = bytes.toString("latin1", at, end);
    if (UNSOUND.test(text)) throw new BadAnswer("a control character in the header");
    const lineEnd = text.indexOf(LINE_END);
    const line = readStatusLine(lineEnd === -1 ? text : text.slice(0, lineEnd));
    this.begin(line, lineEnd === -1 ? [] : readFields(text, lineEnd + LINE_END.length));
    return end + HEAD_END.length;
  }

  private begin({ status, message, isOld }: StatusLine, headers: readonly string[]): void {
    if (status === 101) throw new BadAnswer("another protocol, for which nobody has asked");
    if (status < 200) {
      this.sink!.information(status, headers);
      return;
    }
    const framing = this.readFraming(headers, isOld);
    const hasBody = this.method !== "HEAD" && status !== 204 && status !== 304 && framing !== 0;
    if (hasBody) this.awaitBody(framing);
    // An app that sends its body all the same may do so later, and the next request would take it for its answer.
    else if (framing !== 0 && (this.method === "HEAD" || framing !== "until-close")) this.keepsAlive = false;
    this.sink!.head(status, message, headers);
    if (!hasBody) this.complete(NONE);
  }

  private awaitBody(framing: Framing): void {
    if (framing === "chunked") {
      this.state = "chunk-size";
    } else if (framing === "until-close") {
      this.state = "until-close";
      this.keepsAlive = false;
    } else {
      this.state = "sized";
      this.remaining = framing;
    }
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
            throw new BadAnswer("a Content-Length that is none, or two");
          framing = Number(value);
          break;
        case "transfer-encoding":
          if (framing !== "until-close" || isOld || value.toLowerCase() !== "chunked") {
            throw new BadAnswer("a Transfer-Encoding other than chunked, or beside a Content-Length");
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

  private readBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.remaining);
    this.remaining -= end - at;
    this.sink!.data(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    if (this.remaining === 0) {
      if (this.state === "sized") this.complete(NONE);
      else this.state = "chunk-end";
    }
    return end;
  }

  private readChunkSize(bytes: Buffer, at: number): number | undefined {
    const end = this.endOf(LINE_END, bytes, at, LONGEST_CHUNK_LINE);
    if (end === undefined) return undefined;
    const size = CHUNK_SIZE.exec(bytes.toString("latin1", at, end));
    if (size === null) throw new BadAnswer("a chunk's size that is none");
    this.remaining = Number.parseInt(size[1]!, 16);
    this.state = this.remaining === 0 ? "trailers" : "chunk-data";
    return end + LINE_END.length;
  }

  private readChunkEnd(bytes: Buffer, at: number): number | undefined {
    if (bytes.length - at < LINE_END.length) return undefined;
    if (bytes[at] !== CR || bytes[at + 1] !== LF) throw new BadAnswer("a chunk that is longer than its size");
    this.state = "chunk-size";
    return at + LINE_END.length;
  }

  private readTrailers(bytes: Buffer, at: number): number | undefined {
    if (bytes.length - at < LINE_END.length) return undefined;
    if (bytes[at] === CR && bytes[at + 1] === LF) {
      this.complete(NONE);
      return at + LINE_END.length;
    }
    const end = this.endOf(HEAD_END, bytes, at, this.headerLimit);
    if (end === undefined) return undefined;
    const text = bytes.toString("latin1", at, end);
    if (UNSOUND.test(text)) throw new BadAnswer("a control character in the trailers");
    this.complete(readFields(text, 0));
    return end + HEAD_END.length;
  }

  private endOf(mark: string, bytes: Buffer, at: number, limit: number): number | undefined {
    const end = bytes.indexOf(mark, at, "latin1");
    if ((end === -1 ? bytes.length : end) - at > limit) throw new BadAnswer(`more than ${limit} bytes of header`);
    return end === -1 ? undefined : end;
  }

  private complete(trailers: readonly string[]): void {
    const { sink } = this;
    this.state = "done";
    this.sink = undefined;
    sink!.end(trailers);
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
  if (!isOld && !line.startsWith("HTTP/1.1 ")) throw new BadAnswer("a first line that is no status line");
  const status = line.slice(9, 12);
  if (!STATUS.test(status) || (line.length > 12 && line.charCodeAt(12) !== SPACE)) throw new BadAnswer("no status");
  return { status: Number(status), message: line.slice(13), isOld };
}

/** The fields in a text from a place on: a flat list. */
function readFields(text: string, from: number): string[] {
  const list: string[] = [];
  for (let at = from; at < text.length; ) {
    const found = text.indexOf(LINE_END, at);
    const lineEnd = found === -1 ? text.length : found;
    const colon = text.indexOf(":", at);
    if (colon === -1 || colon > lineEnd) throw new BadAnswer("a header without a colon");
    const name = text.slice(at, colon);
    if (!TOKEN.test(name)) throw new BadAnswer("a header's name that is none");
    let start = colon + 1;
    let end = lineEnd;
    while (start < end && isBlank(text.charCodeAt(start))) start++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    list.push(name, text.slice(start, end));
    at = lineEnd + LINE_END.length;
  }
  return list;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
