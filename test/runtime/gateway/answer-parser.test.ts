import fc from "fast-check";
import { AnswerParser } from "../../../lib/runtime/gateway/answer-parser";
import { BadMessage } from "../../../lib/runtime/gateway/message-parser";

/** What a parser told of an answer that came in these pieces, and how it ended. */
function told(pieces: readonly Buffer[], { method = "GET", ends = false, limit = 1024 } = {}) {
  const parser = new AnswerParser(limit);
  const answer = {
    status: 0,
    message: "",
    headers: [] as string[],
    hints: [] as number[],
    body: "",
    trailers: [] as string[],
  };
  let end = "unfinished";
  parser.expect(method, {
    information: (status) => void answer.hints.push(status),
    head: (status, message, headers) => Object.assign(answer, { status, message, headers: [...headers] }),
    data: (chunk) => {
      answer.body += chunk.toString("latin1");
    },
    end: (trailers) => {
      answer.trailers = [...trailers];
      end = "whole";
    },
  });
  try {
    for (const piece of pieces) {
      // The connection reads the next bytes into the same memory.
      const memory = Buffer.from(piece);
      parser.read(memory);
      memory.fill("!");
    }
    if (ends && end === "unfinished") parser.finish();
  } catch (error) {
    if (!(error instanceof BadMessage)) throw error;
    end = "bad";
  }
  return { ...answer, end, keepsAlive: parser.keepsAlive, keepAliveMs: parser.keepAliveMs };
}

const whole = (text: string, options?: Parameters<typeof told>[1]) => told([Buffer.from(text, "latin1")], options);

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,12}$/);
const value = fc.stringMatching(/^([!-~\xa0-\xff]([ \t!-~\xa0-\xff]{0,20}[!-~\xa0-\xff])?)?$/);
const NAMES_OF_FRAMING = /^(content-length|transfer-encoding|connection|keep-alive)$/i;
const fields = fc.array(
  fc.tuple(
    token.filter((name) => !NAMES_OF_FRAMING.test(name)),
    value,
  ),
  { maxLength: 6 },
);
const body = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1"));

const lines = (list: readonly (readonly [string, string])[]) =>
  list.map(([name, text]) => `${name}: ${text}\r\n`).join("");

/** An answer and what it says, framed in each of the ways that there are. */
const answers = fc
  .record({
    hints: fc.array(fc.constantFrom(100, 102, 103), { maxLength: 2 }),
    status: fc.integer({ min: 200, max: 999 }).filter((status) => status !== 204 && status !== 304),
    message: fc.stringMatching(/^[ -~]{0,20}$/),
    headers: fields,
    trailers: fields,
    chunks: fc.array(
      body.filter((text) => text !== ""),
      { maxLength: 4 },
    ),
    framing: fc.constantFrom("sized", "chunked", "until-close"),
    extension: fc.constantFrom("", ";a=b", " ; x"),
  })
  .map(({ hints, status, message, headers, trailers, chunks, framing, extension }) => {
    const text = chunks.join("");
    const head = (fieldsOfFraming: string) =>
      `${hints.map((hint) => `HTTP/1.1 ${hint} X\r\nLink: </a>\r\n\r\n`).join("")}HTTP/1.1 ${status} ${message}\r\n${lines(headers)}${fieldsOfFraming}\r\n`;
    const chunked = chunks.map((chunk) => `${chunk.length.toString(16)}${extension}\r\n${chunk}\r\n`).join("");
    const bytes = {
      sized: () => head(`Content-Length: ${text.length}\r\n`) + text,
      chunked: () => `${head("transfer-encoding: Chunked\r\n")}${chunked}0\r\n${lines(trailers)}\r\n`,
      "until-close": () => head("") + text,
    }[framing]!();
    return {
      bytes: Buffer.from(bytes, "latin1"),
      says: {
        hints,
        status,
        message,
        body: text,
        end: "whole",
        trailers: framing === "chunked" ? trailers.flat() : [],
        keepsAlive: framing !== "until-close",
      },
      headers: headers.flat(),
    };
  });

test("an answer is read as it was meant, whatever the pieces it comes in", () => {
  fc.assert(
    fc.property(answers, fc.array(fc.nat({ max: 400 }), { maxLength: 8 }), ({ bytes, says, headers }, cuts) => {
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i]!, end));
      const heard = told(pieces, { ends: true });
      expect(heard).toMatchObject(says);
      expect(heard.headers.slice(0, headers.length)).toEqual(headers);
    }),
    { numRuns: 2000 },
  );
});

test("an answer with one byte changed never throws anything but a refusal, and is told alike byte by byte", () => {
  fc.assert(
    fc.property(answers, fc.nat(), fc.nat({ max: 255 }), ({ bytes }, at, byte) => {
      const changed = Buffer.from(bytes);
      changed[at % changed.length] = byte;
      const inOne = told([changed], { ends: true });
      const byByte = told(
        [...changed].map((each) => Buffer.of(each)),
        { ends: true },
      );
      expect(byByte).toEqual(inOne);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, Number.POSITIVE_INFINITY],
  ["HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", false, Number.POSITIVE_INFINITY],
  ["HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false, Number.POSITIVE_INFINITY],
  ["HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n", true, Number.POSITIVE_INFINITY],
  ["HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=9\r\nContent-Length: 0\r\n\r\n", true, 5000],
])("%j is kept: %s, for %s ms", (text, keepsAlive, keepAliveMs) => {
  expect(whole(text)).toMatchObject({ end: "whole", keepsAlive, keepAliveMs });
});

test.each([
  ["HEAD", "200 OK", "Content-Length: 5\r\n"],
  ["HEAD", "200 OK", "Transfer-Encoding: chunked\r\n"],
  ["GET", "204 No Content", ""],
  ["GET", "304 Not Modified", "Content-Length: 5\r\n"],
])("the answer to a %s with %s has no body", (method, status, header) => {
  expect(whole(`HTTP/1.1 ${status}\r\n${header}\r\n`, { method })).toMatchObject({ end: "whole", body: "" });
});

test.each([
  ["no header's end within the limit", `HTTP/1.1 200 OK\r\nX: ${"y".repeat(1024)}`],
  ["trailers over the limit", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: ${"y".repeat(1024)}`],
  ["a chunk's size over 4 KiB", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;${"y".repeat(5000)}`],
  ["a chunk's size of 2^56", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100000000000000\r\n"],
  ["bytes behind the answer", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok!"],
  ["another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"],
  ["chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"],
])("%s is refused", (_, text) => {
  expect(whole(text).end).toBe("bad");
});
