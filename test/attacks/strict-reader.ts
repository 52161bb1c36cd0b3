/** A request as the bytes say, one character a byte. */
export interface ReadRequest {
  readonly method: string;
  readonly target: string;
  /** Name, in lower case, and value. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly trailers: readonly (readonly [name: string, value: string])[];
  /** Bytes that it takes. */
  readonly length: number;
}

/** What begins these bytes is no request by the letter of RFC 9112. */
export class Unsound extends Error {}

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const REQUEST_LINE = new RegExp(`^(${TOKEN}) (/[\\x21\\x22\\x24-\\x7e]*) HTTP/1\\.1$`);
const FIELD = new RegExp(
  `^(${TOKEN}):[ \\t]*([\\x21-\\x7e\\x80-\\xff](?:[\\t\\x20-\\x7e\\x80-\\xff]*[\\x21-\\x7e\\x80-\\xff])?|)[ \\t]*$`,
);
const CHUNK_SIZE = /^[0-9a-f]{1,13}$/i;

/**
 * Reads one request as a recipient that forgives nothing: a second opinion, on purpose not made of any part of the gateway or
 * of Node's parser. Undefined: it is not whole yet, and nothing so far is wrong. A gateway writes every byte that is read
 * here itself, so what the RFCs leave to a sender's taste (chunk extensions, optional whitespace before a line's end) is
 * none of its business either.
 */
export function readRequest(bytes: string): ReadRequest | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  const head = headEnd === -1 ? bytes.replace(/\r$/, "") : bytes.slice(0, headEnd);
  if (/\r(?!\n)|(?<!\r)\n|\0/.test(head)) throw new Unsound("a bare CR, a bare LF or a NUL in the head");
  if (headEnd === -1) return undefined;

  const [first = "", ...lines] = head.split("\r\n");
  const start = REQUEST_LINE.exec(first);
  if (start === null) throw new Unsound(`the request line ${JSON.stringify(first)}`);
  const headers = lines.map(field);
  const values = (name: string) => headers.filter(([each]) => each === name).map(([, value]) => value);

  if (values("host").length !== 1) throw new Unsound(`${values("host").length} Host headers`);
  const lengths = values("content-length");
  const codings = values("transfer-encoding");
  if (lengths.length + codings.length > 1) throw new Unsound("more than one header frames the body");
  const request = { method: start[1]!, target: start[2]!, headers };
  const bodyAt = headEnd + 4;

  if (codings.length === 1) {
    if (codings[0] !== "chunked") throw new Unsound(`the transfer coding ${codings[0]}`);
    return readChunks(bytes, bodyAt, request);
  }
  if (lengths.length === 0) return { ...request, body: "", trailers: [], length: bodyAt };
  if (!/^\d{1,15}$/.test(lengths[0]!)) throw new Unsound(`the length ${lengths[0]}`);
  const length = bodyAt + Number(lengths[0]);
  if (bytes.length < length) return undefined;
  return { ...request, body: bytes.slice(bodyAt, length), trailers: [], length };
}

function field(line: string): [string, string] {
  const match = FIELD.exec(line);
  if (match === null) throw new Unsound(`the header line ${JSON.stringify(line.slice(0, 200))}`);
  return [match[1]!.toLowerCase(), match[2]!];
}

function readChunks(
  bytes: string,
  from: number,
  request: Pick<ReadRequest, "method" | "target" | "headers">,
): ReadRequest | undefined {
  let body = "";
  let at = from;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd === -1) {
      if (!/^([0-9a-f]{1,13}\r?)?$/i.test(bytes.slice(at))) throw new Unsound("the beginning of a chunk size");
      return undefined;
    }
    const size = bytes.slice(at, lineEnd);
    if (!CHUNK_SIZE.test(size)) throw new Unsound(`the chunk size ${JSON.stringify(size.slice(0, 40))}`);
    const dataAt = lineEnd + 2;
    const dataEnd = dataAt + Number.parseInt(size, 16);
    if (dataEnd === dataAt) return readTrailers(bytes, dataAt, request, body);
    if (bytes.length < dataEnd + 2) return undefined;
    if (bytes.slice(dataEnd, dataEnd + 2) !== "\r\n") throw new Unsound("a chunk that is longer than it says");
    body += bytes.slice(dataAt, dataEnd);
    at = dataEnd + 2;
  }
}

function readTrailers(
  bytes: string,
  from: number,
  request: Pick<ReadRequest, "method" | "target" | "headers">,
  body: string,
): ReadRequest | undefined {
  if (bytes.startsWith("\r\n", from)) return { ...request, body, trailers: [], length: from + 2 };
  const end = bytes.indexOf("\r\n\r\n", from);
  if (end === -1) return undefined;
  const trailers = bytes.slice(from, end).split("\r\n").map(field);
  return { ...request, body, trailers, length: end + 4 };
}
