import fc from "fast-check";
import { BadMessage } from "../../../lib/runtime/gateway/message-parser";
import { type RequestHead, RequestParser } from "../../../lib/runtime/gateway/request-parser";

interface Told {
  readonly head: RequestHead;
  body: string;
  trailers?: readonly string[];
}

/** What a parser told of the requests that came in these pieces, and how it ended. */
function told(pieces: readonly Buffer[]): { requests: Told[]; end: string } {
  const requests: Told[] = [];
  const parser = new RequestParser({
    head: (head) => {
      requests.push({ head, body: "" });
      return true;
    },
    data: (chunk) => {
      requests.at(-1)!.body += chunk.toString("latin1");
    },
    end: (trailers) => {
      requests.at(-1)!.trailers = trailers;
    },
  });
  try {
    for (const piece of pieces) {
      // The connection reads the next bytes into the same memory.
      const memory = Buffer.from(piece);
      parser.read(memory);
      memory.fill("!");
    }
  } catch (error) {
    if (!(error instanceof BadMessage)) throw error;
    return { requests, end: "bad" };
  }
  return { requests, end: parser.isBetween ? "between" : "unfinished" };
}

const whole = (text: string) => told([Buffer.from(text, "latin1")]);
const byByte = (bytes: Buffer) => told([...bytes].map((each) => Buffer.of(each)));

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const value = fc.stringMatching(/^([!-~\xa0-\xff]([ \t!-~\xa0-\xff]{0,20}[!-~\xa0-\xff])?)?$/);
const KNOWN = /^(content-length|transfer-encoding|connection|host|expect|upgrade)$/i;
const fields = fc.array(
  fc.tuple(
    token.filter((name) => !KNOWN.test(name)),
    value,
  ),
  { maxLength: 6 },
);
const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
const lines = (list: readonly (readonly [string, string])[]) =>
  list.map(([name, text]) => `${name}: ${text}\r\n`).join("");

/** A request and what it says, framed in each of the ways that there are. */
const request = fc
  .record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "M-SEARCH"),
    target: fc.stringMatching(/^\/[!-~]{0,20}$/),
    version: fc.constantFrom("1.0", "1.1"),
    emptyLines: fc.nat({ max: 2 }),
    headers: fields,
    trailers: fields,
    chunks: fc.array(
      body.filter((text) => text !== ""),
      { maxLength: 4 },
    ),
    framing: fc.constantFrom("none", "sized", "chunked"),
    extension: fc.constantFrom("", ";a=b", ';a;b="c; \\" d"', ";=x"),
  })
  .map(({ method, target, version, emptyLines, headers, trailers, chunks, framing, extension }) => {
    const isChunked = framing === "chunked" && version === "1.1";
    const text = framing === "none" ? "" : chunks.join("");
    const chunked = chunks.map((chunk) => `${chunk.length.toString(16)}${extension}\r\n${chunk}\r\n`).join("");
    const framed = isChunked
      ? `transfer-encoding: Chunked\r\n\r\n${chunked}0\r\n${lines(trailers)}\r\n`
      : framing === "none"
        ? "\r\n"
        : `Content-Length: ${text.length}\r\n\r\n${text}`;
    return {
      bytes: Buffer.from(
        `${"\r\n".repeat(emptyLines)}${method} ${target} HTTP/${version}\r\n${lines(headers)}${framed}`,
        "latin1",
      ),
      says: {
        head: { method, target, version, body: isChunked ? "chunked" : text.length, keepsAlive: version === "1.1" },
        body: text,
        trailers: isChunked ? trailers.flat() : [],
      },
      headers: headers.flat(),
    };
  });
const requests = fc.array(request, { minLength: 1, maxLength: 3 });
const bytesOf = (list: readonly { readonly bytes: Buffer }[]) => Buffer.concat(list.map(({ bytes }) => bytes));

test("requests are read as they were meant, whatever the pieces they come in", () => {
  fc.assert(
    fc.property(requests, fc.array(fc.nat({ max: 800 }), { maxLength: 8 }), (list, cuts) => {
      const bytes = bytesOf(list);
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const heard = told(at.slice(1).map((end, i) => bytes.subarray(at[i]!, end)));
      expect(heard.end).toBe("between");
      expect(heard.requests).toMatchObject(list.map(({ says }) => says));
      for (const [i, { headers }] of list.entries()) {
        expect(heard.requests[i]!.head.headers.slice(0, headers.length)).toEqual(headers);
      }
    }),
    { numRuns: 1000 },
  );
});

test("a request with one byte changed never throws anything but a refusal, and is told alike byte by byte", () => {
  fc.assert(
    fc.property(requests, fc.nat(), fc.nat({ max: 255 }), (list, at, byte) => {
      const changed = Buffer.from(bytesOf(list));
      changed[at % changed.length] = byte;
      const inOne = told([changed]);
      // Bytes that cannot become part of a request are refused before the rest of it has come; as a whole it would be as well.
      const inBytes = byByte(changed);
      expect(inBytes.requests).toEqual(inOne.requests);
      if (inBytes.end !== inOne.end) expect([inOne.end, inBytes.end]).toEqual(["unfinished", "bad"]);
    }),
    { numRuns: 2000 },
  );
});

test("no bytes, however they are cut, tell of requests that they do not tell of as a whole", () => {
  const piece = fc.constantFrom(
    ...[
      "GET / HTTP/1.1\r\n",
      "POST /a HTTP/1.0\r\n",
      "Host: a\r\n",
      "Content-Length: 3\r\n",
      "abc",
      "0\r\n",
      "3;x\r\n",
    ],
    ...[
      "Transfer-Encoding: chunked\r\n",
      "\r\n",
      "\r",
      "\n",
      " ",
      ":",
      "\0",
      "X",
      "\t",
      "Connection: close\r\n",
      "\r\n\r\n",
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, body), { maxLength: 12 }), fc.array(fc.nat({ max: 300 })), (parts, cuts) => {
      const bytes = Buffer.from(parts.join(""), "latin1");
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const inOne = told([bytes]);
      const inPieces = told(at.slice(1).map((end, i) => bytes.subarray(at[i]!, end)));
      expect(inPieces.requests).toEqual(inOne.requests);
    }),
    { numRuns: 3000 },
  );
});

test("what a server acts on is found, the rest is left as it was sent", () => {
  const { requests: told } = whole(
    "POST /a?b HTTP/1.1\r\nhOst: a\r\nUpgrade: x\r\nUPGRADE: y\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n" +
      "Expect: 100-continue\r\nContent-Length:  007 \r\nX: \t 1 \t\r\n\r\n",
  );
  expect(told).toEqual([
    {
      head: {
        method: "POST",
        target: "/a?b",
        version: "1.1",
        host: "a",
        upgrade: "x, y",
        expect: "100-continue",
        body: 7,
        keepsAlive: true,
        headers: [
          ...["hOst", "a", "Upgrade", "x", "UPGRADE", "y", "Connection", "keep-alive", "Connection", "Upgrade"],
          ...["Expect", "100-continue", "Content-Length", "007", "X", "1"],
        ],
      },
      body: "",
    },
  ]);
});

test.each([
  ["1.1", "", true],
  ["1.1", "Connection: close\r\n", false],
  ["1.1", "Connection: x, Close\r\n", false],
  ["1.1", "Connection: keep-alive, close\r\n", false],
  ["1.1", "Connection: keep-alive\r\nConnection: close\r\n", false],
  ["1.1", "Connection: closed\r\n", true],
  ["1.0", "", false],
  ["1.0", "Connection: keep-alive\r\n", true],
  ["1.0", "Connection: Keep-Alive, x\r\n", true],
  ["1.0", "Connection: keep-alive, close\r\n", false],
])("a client of HTTP/%s that says %j means to keep the connection: %s", (version, field, keepsAlive) => {
  expect(whole(`GET / HTTP/${version}\r\n${field}\r\n`).requests[0]!.head.keepsAlive).toBe(keepsAlive);
});

test.each([["gzip, chunked"], ["identity"], [""], ["chunked;q=1"], [", chunked"]])(
  "behind a request with the coding %j nothing is read",
  (coding) => {
    const { requests, end } = whole(
      `POST / HTTP/1.1\r\nTransfer-Encoding: ${coding}\r\n\r\n0\r\n\r\nGET /next HTTP/1.1\r\n\r\n`,
    );
    expect(requests.map(({ head }) => head.body)).toEqual(["unknown"]);
    expect(end).toBe("between");
  },
);

test.each([
  ["a line feed of its own", "GET / HTTP/1.1\nHost: a"],
  ["a carriage return of its own", "GET / HTTP/1.1\rHost: a"],
  ["the first bytes of TLS", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"],
  ["a NUL in a header that has not ended", "GET / HTTP/1.1\r\nX: \0"],
  ["a line feed before a request", "\nGET"],
  ["half a line end before a request", "\rGET"],
  ["a chunk that goes on", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab"],
  ["a line feed of its own behind a chunk's size", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\na"],
])("%s is refused at once, not when its sender has lost patience", (_, text) => {
  expect(whole(text).end).toBe("bad");
  expect(byByte(Buffer.from(text, "latin1")).end).toBe("bad");
});

const faultOf = (text: string) => {
  const parser = new RequestParser({ head: () => true, data: () => undefined, end: () => undefined });
  try {
    parser.read(Buffer.from(text, "latin1"));
  } catch (error) {
    return (error as BadMessage).fault;
  }
  return "none";
};

test("a header of 64 KiB is read, one byte more is too large, whether it ends or not; so are 1000 fields", () => {
  const start = "GET / HTTP/1.1\r\nX: ";
  const fill = "y".repeat(64 * 1024 - start.length);
  expect(faultOf(`${start}${fill}\r\n\r\n`)).toBe("none");
  expect(faultOf(`${start}${fill}y\r\n\r\n`)).toBe("headers-too-large");
  expect(faultOf(`${start}${fill}yy`)).toBe("headers-too-large");
  expect(faultOf(`GET / HTTP/1.1\r\n${"X: y\r\n".repeat(999)}\r\n`)).toBe("none");
  expect(faultOf(`GET / HTTP/1.1\r\n${"X: y\r\n".repeat(1000)}\r\n`)).toBe("headers-too-large");
  const chunk = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;";
  expect(faultOf(`${chunk}${"x".repeat(17_000)}`)).toBe("chunk-line-too-long");
});

test("a parser that is asked to stop reads nothing more until it may, and then all that has come", () => {
  const targets: string[] = [];
  const parser = new RequestParser({
    head: ({ target }) => targets.push(target) !== 1,
    data: () => undefined,
    end: () => undefined,
  });
  const get = (target: string) => Buffer.from(`GET ${target} HTTP/1.1\r\n\r\n`);
  parser.read(Buffer.concat([get("/1"), get("/2")]));
  parser.read(get("/3"));
  expect([targets, parser.waiting, parser.isBetween]).toEqual([["/1"], 2 * get("/2").length, false]);
  parser.resume();
  expect([targets, parser.waiting, parser.isBetween]).toEqual([["/1", "/2", "/3"], 0, true]);
});

test("a header that comes byte by byte costs no more than its bytes, by far", () => {
  const text = Buffer.from(`GET / HTTP/1.1\r\nX: ${"y".repeat(60_000)}`);
  const began = performance.now();
  expect(byByte(text).end).toBe("unfinished");
  expect(performance.now() - began).toBeLessThan(5000);
});
