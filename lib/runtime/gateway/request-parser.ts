import { METHODS } from "node:http";
import {
  BadMessage,
  CLOSE,
  CR,
  KEEP_ALIVE,
  LENGTH,
  LF,
  LINE_END,
  type Limits,
  MessageParser,
  NONE,
} from "./message-parser";

/** A request without its body. */
export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  /** Flat, as they were sent. */
  readonly headers: string[];
  /** How long the body is; "unknown" when that is said in a coding that is not served here. */
  readonly body: number | "chunked" | "unknown";
  readonly host: string | undefined;
  readonly expect: string | undefined;
  /** The `Upgrade` header, if `Connection` says that it is meant. */
  readonly upgrade: string | undefined;
  /** Whether the client means to send another request on the connection. */
  readonly keepsAlive: boolean;
}

/** Hears requests in parts: for each one `head`, any number of `data`, one `end`. */
export interface RequestSink {
  /** False asks for nothing more until `resume`. */
  head(head: RequestHead): boolean;
  /** The chunk is valid during the call only. */
  data(chunk: Buffer): void;
  end(trailers: readonly string[]): void;
}

/** What the load balancer lets through. */
const HEADER_LIMIT = 64 * 1024;

/** One more is refused: a header of a few bytes takes many times its size here. */
const MOST_HEADERS = 999;

const LIMITS: Limits = { header: HEADER_LIMIT, fields: MOST_HEADERS, chunkLine: 16 * 1024 };

const NAME = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const QUOTED = '"(?:[^"\\\\\\0-\\x08\\x0a-\\x1f\\x7f]|\\\\[^\\0-\\x08\\x0a-\\x1f\\x7f])*"';
/** A chunk's size and its extensions, which are for nobody, but must be some. @see RFC 9112 section 7.1.1 */
const CHUNK_LINE = new RegExp(`^([0-9a-fA-F]{1,13})(?:;(?:${NAME})?(?:=(?:${NAME}|${QUOTED}))?(?<!;))*$`);

const SERVED = new Set(METHODS);
const VERSION = /^HTTP\/\d\.\d$/;
/** Visible characters of ASCII. */
const TARGET = /^[!-~]+$/;
const UPGRADE = /(^|,)[ \t]*upgrade[ \t]*(,|$)/i;
/** What is a blank in a value, but around a length something that others have refused. */
const TAB_AT_LENGTH = /^content-length:[^\r]*\t(\r|$)/im;
/** Trailers that would frame what has been framed. */
const FRAMES = /^(content-length|transfer-encoding)$/i;

/** Reads requests as strictly as two servers in a row must to read the same ones. */
export class RequestParser extends MessageParser {
  private isHeld = false;
  private isBlind = false;

  constructor(private readonly sink: RequestSink) {
    super(LIMITS, CHUNK_LINE);
  }

  /** Whether the next byte begins a request. */
  get isBetween(): boolean {
    return this.state === "done" && this.waiting === 0;
  }

  /** Reads on where it was asked to stop. */
  resume(): void {
    this.isHeld = false;
    if (this.waiting > 0) this.read(Buffer.alloc(0));
  }

  protected override step(bytes: Buffer, at: number): number | undefined {
    return this.isHeld ? undefined : super.step(bytes, at);
  }

  /** Empty lines before a request are nothing (RFC 9112 section 2.2). */
  protected override onSurplus(bytes: Buffer, at: number): number | undefined {
    if (this.isBlind) return bytes.length;
    if (bytes[at] !== CR) {
      this.state = "head";
      return at;
    }
    if (at + 1 === bytes.length) return undefined;
    if (bytes[at + 1] !== LF) throw new BadMessage("half a line end before a request");
    return at + LINE_END.length;
  }

  protected override onHead(text: string): void {
    const found = text.indexOf(LINE_END);
    const lineEnd = found === -1 ? text.length : found;
    const head = readHead(text, lineEnd, this.fieldsOf(text, lineEnd + LINE_END.length));
    const { body } = head;
    if (body === "unknown") {
      this.isBlind = true;
      this.state = "done";
    } else if (body !== 0) {
      this.awaitBody(body);
    }
    this.isHeld = !this.sink.head(head);
    if (body === 0) this.complete(NONE);
  }

  protected override onData(chunk: Buffer): void {
    this.sink.data(chunk);
  }

  protected override onEnd(trailers: readonly string[]): void {
    for (let i = 0; i < trailers.length; i += 2) {
      if (FRAMES.test(trailers[i]!)) throw new BadMessage("a trailer that frames");
    }
    this.sink.end(trailers);
  }
}

function readHead(text: string, lineEnd: number, headers: string[]): RequestHead {
  const methodEnd = text.indexOf(" ");
  const versionAt = text.lastIndexOf(" ", lineEnd - 1);
  const method = text.slice(0, methodEnd);
  if (methodEnd === -1 || methodEnd > lineEnd || !SERVED.has(method))
    throw new BadMessage("a method that is not served here");
  const version = text.slice(versionAt + 1, lineEnd);
  if (!VERSION.test(version)) throw new BadMessage("a first line that is no request line");
  if (version !== "HTTP/1.1" && version !== "HTTP/1.0") {
    throw new BadMessage(`${version}, where HTTP/1.1 is spoken`);
  }
  // More than one space is read as one, as the RFC allows; the line is written anew.
  const target = text.slice(methodEnd, versionAt).trim();
  if (!TARGET.test(target)) throw new BadMessage("a target that is none");
  const isOld = version === "HTTP/1.0";
  return { method, target, version: isOld ? "1.0" : "1.1", headers, ...readFields(text, headers, isOld) };
}

type Known = Pick<RequestHead, "body" | "host" | "expect" | "upgrade" | "keepsAlive">;

/** What the server itself acts on. Most headers are none of these by their length alone. */
function readFields(text: string, headers: readonly string[], isOld: boolean): Known {
  let length: number | undefined;
  let coding: string | undefined;
  let host: string | undefined;
  let expect: string | undefined;
  let upgrade: string | undefined;
  let connection: string | undefined;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === "host") host ??= headers[i + 1]!;
        break;
      case 6:
        if (name.toLowerCase() === "expect") expect = joined(expect, headers[i + 1]!);
        break;
      case 7:
        if (name.toLowerCase() === "upgrade") upgrade = joined(upgrade, headers[i + 1]!);
        break;
      case 10:
        if (name.toLowerCase() === "connection") connection = joined(connection, headers[i + 1]!);
        break;
      case 14:
        if (name.toLowerCase() !== "content-length") break;
        if (length !== undefined || !LENGTH.test(headers[i + 1]!) || TAB_AT_LENGTH.test(text)) {
          throw new BadMessage("a Content-Length that is none, or two");
        }
        length = Number(headers[i + 1]);
        break;
      case 17:
        if (name.toLowerCase() === "transfer-encoding") coding = joined(coding, headers[i + 1]!);
    }
  }
  if (coding !== undefined && length !== undefined) throw new BadMessage("a Content-Length and a Transfer-Encoding");
  return {
    body: coding === undefined ? (length ?? 0) : readCoding(coding, isOld),
    host,
    expect,
    upgrade: upgrade !== undefined && connection !== undefined && UPGRADE.test(connection) ? upgrade : undefined,
    keepsAlive:
      connection === undefined || connection === "keep-alive"
        ? !isOld || connection !== undefined
        : !CLOSE.test(connection) && (!isOld || KEEP_ALIVE.test(connection)),
  };
}

/** As one list. */
function joined(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list}, ${value}`;
}

/** Behind chunks there is nothing more to undo (RFC 9112 section 6.1). */
function readCoding(list: string, isOld: boolean): "chunked" | "unknown" {
  if (isOld) throw new BadMessage("a Transfer-Encoding, which HTTP/1.0 does not have");
  const codings = list.toLowerCase().split(",");
  const at = codings.findIndex((coding) => coding.trim() === "chunked");
  if (at !== -1 && at < codings.length - 1) throw new BadMessage("a coding behind chunked");
  return codings.length === 1 && at === 0 ? "chunked" : "unknown";
}
