import { type Attack, attack, forwarded, get, type Place, refused } from "./attack";

const line =
  (start: (path: string) => string, rest = "") =>
  ({ host, path }: Place) =>
    `${start(path)}\r\nHost: ${host}\r\n${rest}\r\n`;

/** The line with which a request begins, and with it the version. */
export const FIRST_LINES: readonly Attack[] = [
  ...[
    ["only bare line feeds", ({ host, path }: Place) => `GET ${path} HTTP/1.1\nHost: ${host}\n\n`],
    ["only bare carriage returns", ({ host, path }: Place) => `GET ${path} HTTP/1.1\rHost: ${host}\r\r`],
    [
      "a bare line feed behind the first line",
      ({ host, path }: Place) => `GET ${path} HTTP/1.1\nHost: ${host}\r\n\r\n`,
    ],
    ["a bare line feed behind the headers", ({ host, path }: Place) => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\n`],
    ["a space before the method", line((path) => ` GET ${path} HTTP/1.1`)],
    ["no method", line((path) => ` ${path} HTTP/1.1`)],
    ["an unknown method", line((path) => `FOO ${path} HTTP/1.1`)],
    ["a method in small letters", line((path) => `get ${path} HTTP/1.1`)],
    ["a method with a colon", line((path) => `GET: ${path} HTTP/1.1`)],
    ["a method with a NUL", line((path) => `GE\0T ${path} HTTP/1.1`)],
    ["a tab behind the method", line((path) => `GET\t${path} HTTP/1.1`)],
    ["a space behind the version", line((path) => `GET ${path} HTTP/1.1 `)],
    ["a version in small letters", line((path) => `GET ${path} http/1.1`)],
    ["the version 1.2", line((path) => `GET ${path} HTTP/1.2`)],
    ["the version 1.10", line((path) => `GET ${path} HTTP/1.10`)],
    ["the version 0.9", line((path) => `GET ${path} HTTP/0.9`)],
    ["the version 2.0", line((path) => `GET ${path} HTTP/2.0`)],
    ["the version 01.1", line((path) => `GET ${path} HTTP/01.1`)],
    ["another protocol's name", line((path) => `GET ${path} ICE/1.0`)],
    ["no version", ({ path }: Place) => `GET ${path}\r\n\r\n`],
    ["HTTP/2's preface", () => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["the first bytes of TLS", () => "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03"],
    ["the PROXY protocol", (p: Place) => `PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n${get()(p)}`],
    ["zero bytes", () => "\0\0\0\0\0\0\0\0"],
    ["CONNECT", ({ host }: Place) => `CONNECT ${host}:80 HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
    ["CONNECT with a path", line((path) => `CONNECT ${path} HTTP/1.1`)],
  ].map(attack(refused(), "RFC 9112 3: request-line = method SP request-target SP HTTP-version CRLF")),

  ...[
    ["two spaces behind the method", line((path) => `GET  ${path} HTTP/1.1`)],
    ["two spaces before the version", line((path) => `GET ${path}  HTTP/1.1`)],
  ].map(attack(forwarded(), "RFC 9112 3: may be read so; the line is written anew, with one space")),
  {
    name: "an empty line before a request",
    bytes: (p) => `\r\n${get()(p)}`,
    must: forwarded(),
    why: "RFC 9112 2.2: at least one empty line before a request is ignored",
  },
  {
    name: "HTTP/1.0 without a Host",
    bytes: ({ path }) => `GET ${path} HTTP/1.0\r\n\r\n`,
    must: forwarded({}, "closed"),
    why: "RFC 9112 3.2: only HTTP/1.1 demands Host",
  },
  {
    name: "HTTP/1.0 with a length",
    bytes: ({ host, path }) => `POST ${path} HTTP/1.0\r\nHost: ${host}\r\nContent-Length: 5\r\n\r\nabcde`,
    must: forwarded({ body: "abcde" }, "closed"),
    why: "RFC 9112 6.3",
  },
  {
    name: "HTTP/1.0 that keeps its connection",
    bytes: ({ host, path }) => `GET ${path} HTTP/1.0\r\nHost: ${host}\r\nConnection: keep-alive\r\n\r\n`,
    must: forwarded(),
    why: "RFC 9112 9.3",
  },
];
