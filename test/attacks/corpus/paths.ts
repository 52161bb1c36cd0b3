import { type Attack, answered, forwarded, get, type Place, refused } from "./attack";

const target = (make: (path: string) => string) => (place: Place) => get()({ ...place, path: make(place.path) });
const host =
  (lines: string) =>
  ({ path }: Place) =>
    `GET ${path} HTTP/1.1\r\n${lines}\r\n`;

/** Which host and which path are asked for. */
export const PATHS: readonly Attack[] = [
  ...(
    [
      ["an absolute target", (path) => `http://a.test${path}`],
      ["an absolute target of another host", (path) => `http://evil.test${path}`],
      ["an absolute target of another scheme", (path) => `file://${path}`],
      ["the target of CONNECT", () => "a.test:80"],
      ["an asterisk", () => "*"],
      ["a target without a slash", (path) => path.slice(1)],
      ["a target that is a query", (path) => `?${path}`],
      ["a fragment", (path) => `${path}#b`],
      ["a space in a target", (path) => `${path}/a b`],
      ["a tab in a target", (path) => `${path}/a\tb`],
      ["a NUL in a target", (path) => `${path}/a\0b`],
      ["a DEL in a target", (path) => `${path}/a\x7fb`],
      ["a bell in a target", (path) => `${path}/a\x07b`],
      ["a bare line feed in a target", (path) => `${path}/a\nb`],
      ["a bare carriage return in a target", (path) => `${path}/a\rb`],
      ["a byte beyond ASCII in a target", (path) => `${path}/\xe9`],
      ["a backslash for the first slash", (path) => `\\${path.slice(1)}`],
    ] as [string, (path: string) => string][]
  ).map(
    ([name, make]): Attack => ({
      name,
      bytes: target(make),
      must: refused(),
      why: "RFC 9112 3.2: only origin-form, and RFC 3986 2",
    }),
  ),

  ...(
    [
      ["no Host", ""],
      ["two Hosts", "Host: a.test\r\nHost: b.test\r\n"],
      ["two equal Hosts", "Host: a.test\r\nHost: a.test\r\n"],
      ["a list of hosts", "Host: a.test, b.test\r\n"],
      ["a Host with a path", "Host: a.test/b\r\n"],
      ["a Host with a backslash", "Host: a.test\\b\r\n"],
      ["a Host with a query", "Host: a.test?b\r\n"],
      ["a Host with a fragment", "Host: a.test#b\r\n"],
      ["a Host with a user", "Host: user@a.test\r\n"],
      ["a Host with a space", "Host: a.test b.test\r\n"],
      ["a Host with a tab", "Host: a.test\tb.test\r\n"],
      ["a Host with a scheme", "Host: http://a.test\r\n"],
      ["a Host with a NUL", "Host: a.test\0\r\n"],
      ["a folded Host", "Host: a.test\r\n b.test\r\n"],
      ["a space before the Host's colon", "Host : a.test\r\n"],
      ["a Host with markup", "Host: <script>\r\n"],
      ["a Host with a quote", 'Host: a"b\r\n'],
      ["a Host with a brace", "Host: {a}\r\n"],
      ["a Host with a byte beyond ASCII", "Host: \xe9.test\r\n"],
    ] as const
  ).map(
    ([name, lines]): Attack => ({
      name,
      bytes: host(lines),
      must: refused(),
      why: "RFC 9112 3.2: one Host, and RFC 3986 3.2",
    }),
  ),

  ...[
    "/_slipway",
    "/_slipway/calls",
    "/_slipway?x=1",
    "//_slipway/x",
    "/./_slipway/x",
    "/a/../_slipway/x",
    "/a/%2e%2e/_slipway/x",
    "/a/..%2f_slipway/x",
    "/%5fslipway/x",
    "/%5F%73lipway/x",
    "/%2f_slipway/x",
    "/../_slipway/x",
    "/_slipway%2fx",
    "/a/b/.././../_slipway",
  ].map(
    (path): Attack => ({
      name: `the path ${path}`,
      bytes: target(() => path),
      must: answered(404),
      why: "/_slipway is the gateway's own, however a server spells it",
    }),
  ),

  ...(
    [
      ["dot segments", (path) => `${path}/../b/./c`],
      ["encoded dot segments", (path) => `${path}/%2e%2e/b`],
      ["dot segments that leave the root", (path) => `/../..${path}`],
      ["empty segments", (path) => `/${path}//b`],
      ["encoded slashes", (path) => `${path}%2Fb%5Cc`],
      ["an encoded NUL", (path) => `${path}/%00`],
      ["encoded line ends", (path) => `${path}/%0d%0aX:%20y`],
      ["a percent sign that encodes nothing", (path) => `${path}/%zz%`],
      ["an over-long encoding", (path) => `${path}/%c0%ae%c0%ae/b`],
      ["a double encoding", (path) => `${path}/%255fslipway`],
      ["a parameter", (path) => `${path};a=b/..;/c`],
      ["a backslash", (path) => `${path}/..\\b`],
      ["a query with everything", (path) => `${path}?a=/../b?c&d=%2e%2e;e=[f]{g}|h`],
      ["a query in a query", (path) => `${path}??`],
      ["quotes and brackets", (path) => `${path}/"<b>^\`{c}|'`],
      ["an absolute URL as a path", (path) => `${path}/http://evil.test/`],
      ["a host as the first segment", (path) => `/${path}@evil.test`],
      ["a target of 60,000 bytes", (path) => `${path}/${"a".repeat(60_000)}`],
    ] as [string, (path: string) => string][]
  ).map(
    ([name, make]): Attack => ({
      name,
      bytes: target(make),
      must: forwarded(),
      why: "byte for byte, since to rewrite is to disagree with somebody",
    }),
  ),
  {
    name: "a target of 70,000 bytes",
    bytes: target((path) => `${path}/${"a".repeat(70_000)}`),
    must: refused(431),
    why: "RFC 9112 3",
  },

  ...(
    [
      ["a Host with a port", "Host: a.test:8080\r\n", "host: a.test:8080"],
      ["an IPv6 Host", "Host: [::1]:80\r\n", "host: [::1]:80"],
      ["an empty Host", "Host:\r\n", "host: "],
      ["a Host in capitals", "HOST: A.TEST\r\n", "host: A.TEST"],
      ["a Host with an encoded byte", "Host: a%20b.test\r\n", "host: a%20b.test"],
    ] as const
  ).map(
    ([name, lines, line]): Attack => ({
      name,
      bytes: host(lines),
      must: forwarded({ having: [line] }),
      why: "RFC 9110 7.2",
    }),
  ),
];
