import { type Attack, CHUNKED, five, forwarded, get, post, refused } from "./attack";

const FIVE = "Content-Length: 5\r\n";

const entry =
  (must: Attack["must"], why: string) =>
  ([name, headers]: readonly [string, string]): Attack => ({ name, bytes: get(headers), must, why });

const without =
  (why: string) =>
  ([name, headers, ...names]: readonly string[]): Attack => ({
    name: name!,
    bytes: get(headers),
    must: forwarded({ without: names }),
    why,
  });

/** What a client says of itself, of the hop and of others. */
export const HEADERS: readonly Attack[] = [
  ...(
    [
      ["a folded header", "X: y\r\n z\r\n"],
      ["a header folded with a tab", "X: y\r\n\tz\r\n"],
      ["a fold of nothing", "X: y\r\n \r\n"],
      ["a space before the colon", "X : y\r\n"],
      ["a tab before the colon", "X\t: y\r\n"],
      ["no colon", "X\r\n"],
      ["only a colon", ":\r\n"],
      ["no name", ": y\r\n"],
      ["a space in a name", "X Y: z\r\n"],
      ["a bracket in a name", "X(Y): z\r\n"],
      ["an at sign in a name", "X@Y: z\r\n"],
      ["a slash in a name", "X/Y: z\r\n"],
      ["a quote in a name", 'X"Y: z\r\n'],
      ["a NUL in a name", "X\0Y: z\r\n"],
      ["a DEL in a name", "X\x7fY: z\r\n"],
      ["a byte beyond ASCII in a name", "X\xe9Y: z\r\n"],
      ["a carriage return in a name", "X\rY: z\r\n"],
      ["a bare carriage return in a value", "X: y\rz\r\n"],
      ["a bare carriage return at a value's end", "X: y\r\r\n"],
      ["a bare line feed behind a value", "X: y\nZ: z\r\n"],
      ["a NUL in a value", "X: y\0z\r\n"],
      ["a bell in a value", "X: y\x07z\r\n"],
      ["an escape in a value", "X: y\x1bz\r\n"],
      ["a DEL in a value", "X: y\x7fz\r\n"],
      ["a NUL in a Connection", "Connection: X\0, close\r\n"],
    ] as const
  ).map(entry(refused(), "RFC 9112 5: field-line = field-name : OWS field-value OWS, and RFC 9110 5.5 and 5.6.2")),

  {
    name: "the first header folded",
    bytes: ({ host, path }) => `GET ${path} HTTP/1.1\r\n Host: ${host}\r\n\r\n`,
    must: refused(),
    why: "RFC 9112 2.2: whitespace before the first header",
  },
  {
    name: "headers of 70,000 bytes",
    bytes: get(`X: ${"y".repeat(70_000)}\r\n`),
    must: refused(431),
    why: "RFC 6585 5",
  },
  { name: "2,000 headers", bytes: get("X: y\r\n".repeat(2000)), must: refused(431), why: "RFC 6585 5" },
  { name: "a name of 70,000 bytes", bytes: get(`${"x".repeat(70_000)}: y\r\n`), must: refused(431), why: "RFC 6585 5" },
  {
    name: "60,000 bytes of headers",
    bytes: get(`X: ${"y".repeat(60_000)}\r\n`),
    must: forwarded({ having: [`x: ${"y".repeat(60_000)}`] }),
    why: "the load balancer lets 64 KiB through",
  },
  {
    name: "990 headers",
    bytes: get("X: y\r\n".repeat(990)),
    must: forwarded({ having: ["x: y"] }),
    why: "fewer than a thousand",
  },

  ...[
    ["Keep-Alive", "Keep-Alive: timeout=5\r\n", "keep-alive"],
    ["Proxy-Connection", "Proxy-Connection: keep-alive\r\n", "proxy-connection"],
    ["Proxy-Authorization", "Proxy-Authorization: Basic eA==\r\n", "proxy-authorization"],
    ["Proxy-Authenticate", "Proxy-Authenticate: Basic\r\n", "proxy-authenticate"],
    ["Upgrade without Connection", "Upgrade: websocket\r\n", "upgrade"],
    ["a TE that is not about trailers", "TE: gzip, deflate;q=0.5\r\n", "te"],
    ["what Connection names", "Connection: X-A, keep-alive\r\nX-A: 1\r\n", "x-a"],
    ["what Connection names, in another case", "connection: x-a\r\nX-A: 1\r\n", "x-a"],
    ["what a second Connection names", "Connection: keep-alive\r\nConnection: X-A\r\nX-A: 1\r\n", "x-a"],
    ["what Connection names behind empty elements", "Connection: ,, ,X-A,\r\nX-A: 1\r\n", "x-a"],
    ["HTTP2-Settings that Connection names", "Connection: HTTP2-Settings\r\nHTTP2-Settings: AA\r\n", "http2-settings"],
  ].map(without("RFC 9110 7.6.1: of one hop")),

  ...[
    ["Proxy, which CGI makes HTTP_PROXY", "Proxy: http://evil\r\n", "proxy"],
    ["X-Slipway-Caller", "X-Slipway-Caller: root\r\n", "x-slipway-caller"],
    ["X-Slipway-Caller in small letters", "x-slipway-caller: root\r\n", "x-slipway-caller"],
    ["X_Slipway_Caller", "X_Slipway_Caller: root\r\n", "x_slipway_caller"],
    ["X-Slipway_Caller", "X-Slipway_Caller: root\r\n", "x-slipway_caller"],
    ["X-Forwarded-Prefix", "X-Forwarded-Prefix: /evil\r\n", "x-forwarded-prefix"],
    ["X_Forwarded_Prefix", "X_Forwarded_Prefix: /evil\r\n", "x_forwarded_prefix"],
    ["X_Forwarded_For", "X_Forwarded_For: 6.6.6.6\r\n", "x_forwarded_for"],
    ["X-Forwarded_Host", "X-Forwarded_Host: evil\r\n", "x-forwarded_host"],
    ["X_Forwarded-Proto", "X_Forwarded-Proto: https\r\n", "x_forwarded-proto"],
  ].map(without("an app takes it for the truth, and CGI and WSGI read _ as -")),

  {
    name: "a Connection that takes the host away",
    bytes: get("Connection: Host\r\n"),
    must: forwarded({ having: ["host: a.test"] }),
    why: "hop-by-hop abuse",
  },
  {
    name: "a Connection that takes the length away",
    bytes: five(`Connection: Content-Length\r\n${FIVE}`),
    must: forwarded({ body: "abcde" }),
    why: "hop-by-hop abuse",
  },
  {
    name: "a Connection that takes the coding away",
    bytes: post(`Connection: Transfer-Encoding\r\n${CHUNKED}`, "5\r\nabcde\r\n0\r\n\r\n"),
    must: forwarded({ body: "abcde" }),
    why: "hop-by-hop abuse",
  },
  {
    name: "a Connection that takes the client's address away",
    bytes: get(
      "Connection: X-Forwarded-For, X-Forwarded-Proto\r\nX-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\n",
    ),
    must: forwarded({ having: ["x-forwarded-for: 1.2.3.4", "x-forwarded-proto: https"] }),
    why: "hop-by-hop abuse",
  },
  {
    name: "a Connection that closes and names",
    bytes: get("Connection: close, X-A\r\nX-A: 1\r\n"),
    must: forwarded({ without: ["x-a"] }, "closed"),
    why: "RFC 9112 9.6",
  },
  {
    name: "a TE of trailers among others",
    bytes: get("TE: gzip, trailers\r\n"),
    must: forwarded({ having: ["te: trailers"] }),
    why: "RFC 9110 10.1.4",
  },

  {
    name: "trailers announced behind a length",
    bytes: five(`${FIVE}Trailer: X-Sum\r\n`),
    must: forwarded({ body: "abcde" }),
    why: "RFC 9110 6.6.2: only chunks have trailers",
  },
  {
    name: "trailers announced behind a length that waits for a 100",
    bytes: five(`${FIVE}Trailer: X-Sum\r\nExpect: 100-continue\r\n`),
    must: forwarded({ body: "abcde" }, "closed"),
    why: "RFC 9110 6.6.2: only chunks have trailers",
  },
  {
    name: "trailers announced behind nothing",
    bytes: get("Trailer: X-Sum\r\n"),
    must: forwarded(),
    why: "RFC 9110 6.6.2: only chunks have trailers",
  },
  {
    name: "an expectation nobody knows",
    bytes: five(`${FIVE}Expect: something\r\n`),
    must: refused(417),
    why: "RFC 9110 10.1.1",
  },
  {
    name: "two expectations",
    bytes: five(`${FIVE}Expect: 100-continue, something\r\n`),
    must: refused(417),
    why: "RFC 9110 10.1.1",
  },
  {
    name: "an expectation without a body",
    bytes: get("Expect: 100-continue\r\n"),
    must: forwarded({ without: ["expect"] }, "closed"),
    why: "RFC 9110 10.1.1: nothing to wait for; closed, as where no 100 was sent",
  },

  ...(
    [
      ["a byte beyond ASCII in a value", "X: \xe9\r\n", "x: \xe9"],
      ["a tab within a value", "X: y\tz\r\n", "x: y\tz"],
      ["an empty value", "X:\r\n", "x: "],
      ["every character that a name may have", "!#$%&'*+-.^_`|~09aZ: y\r\n", "!#$%&'*+-.^_`|~09az: y"],
      ["colons in a value", "X: a:b: c\r\n", "x: a:b: c"],
      ["Proxy-Status", "Proxy-Status: a\r\n", "proxy-status: a"],
      ["Forwarded", "Forwarded: for=1.2.3.4\r\n", "forwarded: for=1.2.3.4"],
      ["X-Forwarded-For of two hops", "X-Forwarded-For: 1.1.1.1, 2.2.2.2\r\n", "x-forwarded-for: 1.1.1.1, 2.2.2.2"],
      ["an Authorization that is the app's own", "Authorization: Bearer abc\r\n", "authorization: Bearer abc"],
      ["the same header twice", "X: y\r\nX: z\r\n", "x: z"],
      ["whitespace around a value", "X: \t y \t\r\n", "x: y"],
      ["an underscore in a name", "X_Y: z\r\n", "x_y: z"],
    ] as const
  ).map(
    ([name, headers, line]): Attack => ({
      name,
      bytes: get(headers),
      must: forwarded({ having: [line] }),
      why: "it is sound, and end to end",
    }),
  ),
];
