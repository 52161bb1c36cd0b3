/** Why a message was refused; what is "malformed" is no HTTP/1.x, or two readers might read it differently. */
export type Fault = "malformed" | "headers-too-large" | "chunk-line-too-long";

/** What a peer sent is no message. */
export class BadMessage extends Error {
  constructor(
    message: string,
    readonly fault: Fault = "malformed",
  ) {
    super(message);
  }
}

/** What a parser may take of a message. */
export interface Limits {
  /** Bytes of a header, and of trailers. */
  readonly header: number;
  /** Fields of either. */
  readonly fields: number;
  /** Bytes of the line with a chunk's size. */
  readonly chunkLine: number;
}

export const NONE: readonly string[] = [];
export const LINE_END = "\r\n";
export const CR = 13;
export const LF = 10;
export const SPACE = 32;
const TAB = 9;
const HEAD_END = "\r\n\r\n";

/** A number of bytes, in decimal. */
export const LENGTH = /^[0-9]{1,15}$/;
export const CLOSE = /(^|,)[ \t]*close[ \t]*(,|$)/i;
export const KEEP_ALIVE = /(^|,)[ \t]*keep-alive[ \t]*(,|$)/i;

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Half a line end, or a control character: what servers disagree about. */
const UNSOUND = /\r(?!\n)|(?<!\r)\n|[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;
/** The same in a part of a header, of whose last line end the second half may be on its way; and what ends no other line. */
const UNSOUND_SO_FAR = /\r(?!\n|$)|(?<!\r)\n|[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
const HALF_SO_FAR = /\r(?!\n|$)|(?<!\r)\n/g;

type State = "head" | "sized" | "until-close" | "chunk-size" | "chunk-data" | "chunk-end" | "trailers" | "done";

/** How a body's end is known: a number is its length. */
export type Framing = number | "chunked" | "until-close";

/**
 * Reads the messages that come over one connection, one after the other. Of the bytes it keeps none but those of a header, a chunk's
 * size or trailers that are not whole yet, and those that nobody wants yet.
 * @see https://www.rfc-editor.org/rfc/rfc9112
 */
export abstract class MessageParser {
  protected state: State = "done";
  /** Bytes that came and are not read, at its beginning; it grows by doubling, since they may come one by one. */
  private store: Buffer | undefined;
  private stored = 0;
  /** How many of them were looked at, and hold no end of what is awaited. */
  private searched = 0;
  /** Bytes of the body, or of the chunk, that have not come yet. */
  private remaining = 0;

  constructor(
    private readonly limits: Limits,
    /** The line with a chunk's size, in hexadecimal, as its first group. */
    private readonly chunkLine: RegExp,
  ) {}

  /** How many bytes wait here. */
  get waiting(): number {
    return this.stored;
  }

  /** Throws `BadMessage`. The bytes are the caller's again afterwards. */
  read(arrived: Buffer): void {
    const { store } = this;
    const bytes = store === undefined ? arrived : this.joined(store, arrived);
    for (let at = 0; at < bytes.length; ) {
      const next = this.step(bytes, at);
      if (next === undefined) {
        // What stays where it is has been stored already.
        if (at > 0 || store === undefined) this.store = Buffer.from(bytes.subarray(at));
        this.stored = bytes.length - at;
        return;
      }
      at = next;
    }
    this.store = undefined;
    this.stored = 0;
  }

  private joined(store: Buffer, arrived: Buffer): Buffer {
    const length = this.stored + arrived.length;
    if (length > store.length) {
      this.store = Buffer.allocUnsafeSlow(2 * length);
      store.copy(this.store, 0, 0, this.stored);
    }
    arrived.copy(this.store!, this.stored);
    return this.store!.subarray(0, length);
  }

  /** What came and was not read is the caller's. */
  takeWaiting(): Buffer {
    const waiting = this.store?.subarray(0, this.stored) ?? Buffer.alloc(0);
    this.store = undefined;
    this.stored = 0;
    this.searched = 0;
    return waiting;
  }

  /** Reads one part, and returns where the rest begins; undefined when the part is not whole. */
  protected step(bytes: Buffer, at: number): number | undefined {
    switch (this.state) {
      case "head":
        return this.readHead(bytes, at);
      case "sized":
      case "chunk-data":
        return this.readBody(bytes, at);
      case "until-close":
        this.onData(at === 0 ? bytes : bytes.subarray(at));
        return bytes.length;
      case "chunk-size":
        return this.readChunkSize(bytes, at);
      case "chunk-end":
        return this.readChunkEnd(bytes, at);
      case "trailers":
        return this.readTrailers(bytes, at);
      case "done":
        return this.onSurplus(bytes, at);
    }
  }

  /** A header, whole and without what is unsound in any, less the empty line behind it. */
  protected abstract onHead(text: string): void;
  /** The chunk is valid during the call only. */
  protected abstract onData(chunk: Buffer): void;
  protected abstract onEnd(trailers: readonly string[]): void;
  /** Bytes behind a message; as `step`. */
  protected abstract onSurplus(bytes: Buffer, at: number): number | undefined;

  protected awaitBody(framing: Framing): void {
    if (framing === "chunked") {
      this.state = "chunk-size";
    } else if (framing === "until-close") {
      this.state = "until-close";
    } else {
      this.state = "sized";
      this.remaining = framing;
    }
  }

  protected complete(trailers: readonly string[]): void {
    this.state = "done";
    this.onEnd(trailers);
  }

  protected fieldsOf(text: string, from: number): string[] {
    return readFields(text, from, this.limits.fields);
  }

  private readHead(bytes: Buffer, at: number): number | undefined {
    const end = this.endOf(HEAD_END, bytes, at);
    if (end === undefined) return undefined;
    const text = bytes.toString("latin1", at, end);
    if (UNSOUND.test(text)) throw new BadMessage("a control character in the header");
    this.onHead(text);
    return end + HEAD_END.length;
  }

  private readBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.remaining);
    this.remaining -= end - at;
    this.onData(at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end));
    if (this.remaining === 0) {
      if (this.state === "sized") this.complete(NONE);
      else if (this.state === "chunk-data") this.state = "chunk-end";
    }
    return end;
  }

  private readChunkSize(bytes: Buffer, at: number): number | undefined {
    const end = this.endOf(LINE_END, bytes, at);
    if (end === undefined) return undefined;
    const size = this.chunkLine.exec(bytes.toString("latin1", at, end));
    if (size === null) throw new BadMessage("a chunk's size that is none");
    this.remaining = Number.parseInt(size[1]!, 16);
    this.state = this.remaining === 0 ? "trailers" : "chunk-data";
    return end + LINE_END.length;
  }

  private readChunkEnd(bytes: Buffer, at: number): number | undefined {
    if (bytes[at] !== CR) throw new BadMessage("a chunk that is longer than its size");
    if (bytes.length - at < LINE_END.length) return undefined;
    if (bytes[at + 1] !== LF) throw new BadMessage("a chunk that is longer than its size");
    this.state = "chunk-size";
    return at + LINE_END.length;
  }

  private readTrailers(bytes: Buffer, at: number): number | undefined {
    if (bytes.length - at < LINE_END.length) return undefined;
    if (bytes[at] === CR && bytes[at + 1] === LF) {
      this.searched = 0;
      this.complete(NONE);
      return at + LINE_END.length;
    }
    const end = this.endOf(HEAD_END, bytes, at);
    if (end === undefined) return undefined;
    const text = bytes.toString("latin1", at, end);
    if (UNSOUND.test(text)) throw new BadMessage("a control character in the trailers");
    this.complete(this.fieldsOf(text, 0));
    return end + HEAD_END.length;
  }

  /**
   * Where the mark is that ends a part; undefined when it has not come. A peer that takes half a line end for a whole one has
   * nothing more to say, so nobody waits for the rest.
   */
  private endOf(mark: typeof HEAD_END | typeof LINE_END, bytes: Buffer, at: number): number | undefined {
    const { searched, limits } = this;
    const limit = mark === HEAD_END ? limits.header : limits.chunkLine;
    const end = bytes.indexOf(mark, at + Math.max(0, searched - mark.length + 1), "latin1");
    if ((end === -1 ? bytes.length : end) - at > limit) {
      const fault = mark === HEAD_END ? "headers-too-large" : "chunk-line-too-long";
      throw new BadMessage(`more than ${limit} bytes of header`, fault);
    }
    if (end !== -1) {
      this.searched = 0;
      return end;
    }
    const unsound = mark === HEAD_END ? UNSOUND_SO_FAR : HALF_SO_FAR;
    // From one character before the last one that was looked at, of which the next one may make something else.
    unsound.lastIndex = searched < 2 ? 0 : 1;
    if (unsound.test(bytes.toString("latin1", at + Math.max(0, searched - 2)))) {
      throw new BadMessage("half a line end, or a control character");
    }
    this.searched = bytes.length - at;
    return undefined;
  }
}

/** The fields in a text from a place on: a flat list. */
function readFields(text: string, from: number, most: number): string[] {
  const list: string[] = [];
  for (let at = from; at < text.length; ) {
    const found = text.indexOf(LINE_END, at);
    const lineEnd = found === -1 ? text.length : found;
    const colon = text.indexOf(":", at);
    if (colon === -1 || colon > lineEnd) throw new BadMessage("a header without a colon");
    const name = text.slice(at, colon);
    if (!TOKEN.test(name)) throw new BadMessage("a header's name that is none");
    let start = colon + 1;
    let end = lineEnd;
    while (start < end && isBlank(text.charCodeAt(start))) start++;
    while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
    list.push(name, text.slice(start, end));
    if (list.length > 2 * most) throw new BadMessage(`more than ${most} headers`, "headers-too-large");
    at = lineEnd + LINE_END.length;
  }
  return list;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}
