import { type Attack, CHUNKED, cut, forwarded, type Place, post, smuggled } from "./attack";

const chunks = (body: string | ((place: Place) => string)) => post(CHUNKED, body);
const trailing = (lines: string) => chunks(`5\r\nabcde\r\n0\r\n${lines}\r\n`);
const attack =
  (must: Attack["must"], why: string) =>
  ([name, body]: readonly [string, string]): Attack => ({ name, bytes: chunks(body), must, why });

const whole = (rest: { having?: string[] } = {}) => forwarded({ body: "abcde", ...rest });

/** Bodies in chunks. The app may see one begin, for they are passed on as they come; it never sees a wrong one end. */
export const CHUNKING: readonly Attack[] = [
  ...(
    [
      ["letters for a size", "zz\r\nabcde\r\n0\r\n\r\n"],
      ["no size", "\r\nabcde\r\n0\r\n\r\n"],
      ["0x before a size", "0x5\r\nabcde\r\n0\r\n\r\n"],
      ["a plus sign before a size", "+5\r\nabcde\r\n0\r\n\r\n"],
      ["a minus sign before a size", "-5\r\nabcde\r\n0\r\n\r\n"],
      ["a space before a size", " 5\r\nabcde\r\n0\r\n\r\n"],
      ["a space behind a size", "5 \r\nabcde\r\n0\r\n\r\n"],
      ["a tab behind a size", "5\t\r\nabcde\r\n0\r\n\r\n"],
      ["an underscore in a size", "0_5\r\nabcde\r\n0\r\n\r\n"],
      ["a fraction for a size", "5.0\r\nabcde\r\n0\r\n\r\n"],
      ["a quoted size", '"5"\r\nabcde\r\n0\r\n\r\n'],
      ["a NUL behind a size", "5\0\r\nabcde\r\n0\r\n\r\n"],
      ["a vertical tab before a size", "\x0b5\r\nabcde\r\n0\r\n\r\n"],
      ["full-width digits", "\xef\xbc\x95\r\nabcde\r\n0\r\n\r\n"],
      ["a size of 2^64", "10000000000000000\r\nabcde\r\n0\r\n\r\n"],
      ["a size of 2^64 and 5", "10000000000000005\r\nabcde\r\n0\r\n\r\n"],
      ["a size of 2^32 digits' worth", `${"f".repeat(17)}\r\nabcde\r\n0\r\n\r\n`],
      ["a bare line feed behind a size", "5\nabcde\r\n0\r\n\r\n"],
      ["a bare carriage return behind a size", "5\rabcde\r\n0\r\n\r\n"],
      ["two carriage returns behind a size", "5\r\r\nabcde\r\n0\r\n\r\n"],
      ["a bare line feed behind the data", "5\r\nabcde\n0\r\n\r\n"],
      ["nothing behind the data", "5\r\nabcde0\r\n\r\n"],
      ["more data than the size", "5\r\nabcdeXX\r\n0\r\n\r\n"],
      ["data that ends in the size's place", "5\r\nabcdeXX0\r\n\r\n"],
      ["a bare line feed behind the last size", "5\r\nabcde\r\n0\n\n"],
      ["a bare line feed behind the trailers", "5\r\nabcde\r\n0\r\n\n"],
    ] as const
  ).map(attack(cut(), "RFC 9112 7.1: chunk = chunk-size [chunk-ext] CRLF chunk-data CRLF")),

  ...(
    [
      ["a bare line feed in an extension", "5;a\nb\r\nabcde\r\n0\r\n\r\n"],
      ["a bare carriage return in an extension", "5;a\rb\r\nabcde\r\n0\r\n\r\n"],
      ["a NUL in an extension", "5;a\0b\r\nabcde\r\n0\r\n\r\n"],
      ["a line feed in a quoted extension", '5;a="\n"\r\nabcde\r\n0\r\n\r\n'],
      ["a quoted extension without an end", '5;a="b\r\nabcde\r\n0\r\n\r\n'],
      ["only a semicolon", "5;\r\nabcde\r\n0\r\n\r\n"],
      ["a size hidden behind an extension's bare line feed", "2;\nxx\r\n48\r\nab\r\n0\r\n\r\n"],
    ] as const
  ).map(attack(cut(), "RFC 9112 7.1.1; a reader that ends the line elsewhere finds another size")),
  {
    name: "an extension of 20,000 bytes",
    bytes: chunks(`5;${"a".repeat(20_000)}\r\nabcde\r\n0\r\n\r\n`),
    must: cut(413),
    why: "RFC 9112 7.1.1: the total length of extensions ought to be limited",
  },
  {
    name: "20,000 bytes of extensions, few to a chunk",
    bytes: chunks(`${`1;${"a".repeat(20)}\r\nx\r\n`.repeat(1000)}0\r\n\r\n`),
    must: forwarded({ body: "x".repeat(1000) }),
    why: "RFC 9112 7.1.1: the limit is for each chunk",
  },

  ...(
    [
      ["a trailer without a colon", "5\r\nabcde\r\n0\r\nX\r\n\r\n"],
      ["a trailer with a space before the colon", "5\r\nabcde\r\n0\r\nX : y\r\n\r\n"],
      ["a folded trailer", "5\r\nabcde\r\n0\r\nX: y\r\n z\r\n\r\n"],
      ["a bare line feed in a trailer", "5\r\nabcde\r\n0\r\nX: y\nZ: z\r\n\r\n"],
      ["a bare carriage return in a trailer", "5\r\nabcde\r\n0\r\nX: y\rZ: z\r\n\r\n"],
      ["a NUL in a trailer", "5\r\nabcde\r\n0\r\nX: y\0z\r\n\r\n"],
      ["a trailer without a name", "5\r\nabcde\r\n0\r\n: y\r\n\r\n"],
    ] as const
  ).map(attack(cut(), "RFC 9112 7.1.2: trailers are field lines like any other")),
  {
    name: "trailers of 70,000 bytes",
    bytes: trailing(`X: ${"y".repeat(70_000)}\r\n`),
    must: cut(431),
    why: "RFC 9110 5.4: limits",
  },

  ...(
    [
      ["a body that ends within a chunk", "50\r\nabcde"],
      ["a body that ends within a size", "5\r\nabcde\r\n5"],
      ["a body without a last chunk", "5\r\nabcde\r\n"],
      ["a body without the last empty line", "5\r\nabcde\r\n0\r\n"],
      ["no body at all", ""],
    ] as const
  ).map((entry): Attack => ({ ...attack(cut(), "RFC 9112 8: incomplete")(entry), ends: true })),

  {
    name: "an extension without a name",
    bytes: chunks("5;=b\r\nabcde\r\n0\r\n\r\n"),
    must: whole(),
    why: "RFC 9112 7.1.1: what is not understood is dropped",
  },
  {
    name: "an extension",
    bytes: chunks('5;a=b;c="d;\\" e"\r\nabcde\r\n0;f\r\n\r\n'),
    must: whole(),
    why: "RFC 9112 7.1.1: what is not understood is dropped",
  },
  {
    name: "leading zeros of a size",
    bytes: chunks("000000000005\r\nabcde\r\n000\r\n\r\n"),
    must: whole(),
    why: "RFC 9112 7.1: 1*HEXDIG",
  },
  {
    name: "a size in capitals and small letters",
    bytes: chunks(`A\r\n${"x".repeat(10)}\r\nb\r\n${"y".repeat(11)}\r\n0\r\n\r\n`),
    must: forwarded({ body: "x".repeat(10) + "y".repeat(11) }),
    why: "RFC 9112 7.1: 1*HEXDIG",
  },
  {
    name: "a thousand chunks of a byte",
    bytes: chunks(`${"1\r\nx\r\n".repeat(1000)}0\r\n\r\n`),
    must: forwarded({ body: "x".repeat(1000) }),
    why: "RFC 9112 7.1",
  },
  {
    name: "a chunk that is a request",
    bytes: chunks((p) => `${smuggled(p).length.toString(16)}\r\n${smuggled(p)}\r\n0\r\n\r\n`),
    must: forwarded({ body: smuggled }),
    why: "the size says that it is data",
  },
  {
    name: "data that looks like the end",
    bytes: chunks("7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n"),
    must: forwarded({ body: "\r\n0\r\n\r\n" }),
    why: "the size says that it is data",
  },
  {
    name: "a request right behind the last chunk",
    bytes: (p) => chunks("5\r\nabcde\r\n0\r\n\r\n")(p) + chunks("0\r\n\r\n")({ ...p, path: `${p.path}/2` }),
    must: forwarded([{ body: "abcde" }, { below: "/2" }]),
    why: "RFC 9112 9.3.2: pipelining",
  },
  {
    name: "bytes behind the last chunk that are no request",
    bytes: chunks("5\r\nabcde\r\n0\r\n\r\n0\r\n\r\n"),
    must: forwarded({ body: "abcde" }, "closed"),
    why: "RFC 9112 6.3",
  },
  { name: "a trailer", bytes: trailing("X-Sum: 42\r\n"), must: whole(), why: "RFC 9110 6.5" },
  {
    name: "a length in the trailers",
    bytes: trailing("Content-Length: 0\r\n"),
    must: cut(),
    why: "RFC 9110 6.5.1: no trailer frames",
  },
  {
    name: "a coding in the trailers",
    bytes: trailing("Transfer-Encoding: gzip\r\n"),
    must: cut(),
    why: "RFC 9110 6.5.1: no trailer frames",
  },
  {
    name: "trailers that frame in another spelling",
    bytes: trailing("Transfer_Encoding: gzip\r\nContent_Length: 0\r\nTrailer: x\r\n"),
    must: whole(),
    why: "RFC 9110 6.5.1: no trailer frames",
  },
  {
    name: "trailers that route",
    bytes: trailing("Host: evil\r\nX-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\n"),
    must: whole(),
    why: "RFC 9110 6.5.1: no trailer routes",
  },
  {
    name: "trailers that ask, authorize or say what the body is",
    bytes: trailing("Expect: 100-continue\r\nAuthorization: Basic eA==\r\nContent-Type: text/html\r\n"),
    must: whole(),
    why: "RFC 9110 6.5.1: what is acted on before the body cannot come behind it",
  },
  {
    name: "trailers that are Slipway's",
    bytes: trailing("X-Slipway-Caller: root\r\nx_slipway_caller: root\r\n"),
    must: whole(),
    why: "only Slipway sets them",
  },
  {
    name: "trailers of one hop",
    bytes: trailing("Connection: X-Sum\r\nX-Sum: 1\r\nKeep-Alive: 1\r\nUpgrade: h2c\r\nTE: gzip\r\n"),
    must: whole(),
    why: "RFC 9110 7.6.1",
  },
  {
    name: "trailers that speak of the client in another spelling",
    bytes: trailing("X_Forwarded_For: 6.6.6.6\r\nX-Forwarded-Prefix: /evil\r\nContent_Length: 0\r\n"),
    must: whole(),
    why: "CGI and WSGI read _ as -",
  },
];
