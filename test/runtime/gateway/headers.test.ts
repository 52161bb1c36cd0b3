import fc from "fast-check";
import {
  type ClientFacts,
  requestHeaders,
  requestProblem,
  responseHeaders,
  trailers,
} from "../../../lib/runtime/gateway/headers";

const CLIENT: ClientFacts = { peer: "10.0.0.7", port: 18080, prefix: "" };
const FORWARDED = ["X-Forwarded-For", "10.0.0.7", "X-Forwarded-Proto", "http", "X-Forwarded-Port", "18080"];

const HOP_BY_HOP = [
  "Connection",
  "Keep-Alive",
  "Proxy-Connection",
  "Proxy-Authorization",
  "Proxy",
  "TE",
  "Transfer-Encoding",
  "Upgrade",
];

const randomCase = (name: string) =>
  fc
    .array(fc.boolean(), { minLength: name.length, maxLength: name.length })
    .map((upper) => [...name].map((letter, i) => (upper[i] ? letter.toUpperCase() : letter.toLowerCase())).join(""));
const endToEndName = fc.constantFrom(
  "Host",
  "Accept",
  "Cookie",
  "cOOKIE",
  "X-A",
  "Content-Length",
  "Proxy-Status",
  "X-Forwarded-Host",
  "Forwarded",
  "x-slip",
);
const hopName = fc.constantFrom(...HOP_BY_HOP).chain(randomCase);
const reservedName = fc.constantFrom("x-slipway-call", "X_Slipway_Auth", "x-slipway_x", "x_slipway-").chain(randomCase);
const value = fc.constantFrom("a", "", "b, c", "trailers", "close", "\xe9");
const list = (name: fc.Arbitrary<string>) => fc.array(fc.tuple(name, value), { maxLength: 12 });
const names = (flat: readonly string[]) => flat.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());

test("end-to-end headers pass both ways with their order, case, duplicates and values", () => {
  fc.assert(
    fc.property(list(endToEndName), (pairs) => {
      const flat = pairs.flat();
      expect(responseHeaders(flat)).toEqual(flat);
      expect(requestHeaders(flat, CLIENT)).toEqual([...flat, ...FORWARDED]);
    }),
  );
});

test("hop-by-hop and reserved headers pass neither way, in any spelling, and take nothing else with them", () => {
  fc.assert(
    fc.property(list(fc.oneof(endToEndName, hopName, reservedName)), (pairs) => {
      const isHop = (name: string) => HOP_BY_HOP.some((hop) => hop.toLowerCase() === name);
      // Only what Connection names may go too; its values here name no header of the list.
      const expected = pairs.filter(([name]) => !isHop(name.toLowerCase()) && !/^x[-_]slipway[-_]/i.test(name)).flat();
      expect(responseHeaders(pairs.flat())).toEqual(expected);
      const sent = requestHeaders(pairs.flat(), CLIENT);
      expect(sent.slice(0, expected.length)).toEqual(expected);
      expect(names(sent).filter((name) => isHop(name) && name !== "te")).toEqual([]);
    }),
  );
});

test("what is named in Connection goes with it, both ways", () => {
  fc.assert(
    fc.property(list(endToEndName), randomCase("x-a"), (pairs, option) => {
      const flat = ["Connection", `close, ${option} ,`, ...pairs.flat()];
      expect(names(responseHeaders(flat))).not.toContain("x-a");
      expect(names(requestHeaders(flat, CLIENT))).not.toContain("x-a");
    }),
  );
});

test("Connection cannot take away the host, the length or what the load balancer says about the client", () => {
  const kept = [
    "Host",
    "a",
    "Content-Length",
    "1",
    "X-Forwarded-For",
    "1.2.3.4",
    "X-Forwarded-Proto",
    "https",
    "X-Forwarded-Port",
    "443",
  ];
  const flat = ["Connection", "host, content-length, x-forwarded-for, x-forwarded-proto, X-Forwarded-Port", ...kept];
  expect(requestHeaders(flat, CLIENT)).toEqual(kept);
});

test("the load balancer's X-Forwarded headers pass unchanged; absent ones are set from the connection", () => {
  expect(requestHeaders(["X-Forwarded-For", "1.2.3.4, 5.6.7.8", "x-forwarded-proto", "https"], CLIENT)).toEqual([
    ...["X-Forwarded-For", "1.2.3.4, 5.6.7.8", "x-forwarded-proto", "https"],
    ...["X-Forwarded-Port", "18080"],
  ]);
  expect(requestHeaders([], { ...CLIENT, peer: "::ffff:10.1.2.3" })).toContain("10.1.2.3");
});

test("X-Forwarded-Prefix and look-alikes of X-Forwarded headers are never the client's", () => {
  const forged = [
    "X-Forwarded-Prefix",
    "/a",
    "x_forwarded_prefix",
    "/b",
    "X_Forwarded_For",
    "6.6.6.6",
    "X-Forwarded_Host",
    "evil",
  ];
  expect(requestHeaders(forged, CLIENT)).toEqual(FORWARDED);
  expect(requestHeaders(forged, { ...CLIENT, prefix: "/web" })).toEqual([...FORWARDED, "X-Forwarded-Prefix", "/web"]);
});

test("of TE only trailers passes, and Expect does not", () => {
  expect(requestHeaders(["TE", "gzip, Trailers", "Expect", "100-continue"], CLIENT)).toEqual([
    "TE",
    "trailers",
    ...FORWARDED,
  ]);
  expect(requestHeaders(["TE", "gzip"], CLIENT)).toEqual(FORWARDED);
});

test("trailers cannot carry framing, routing or reserved headers", () => {
  const flat = [
    "X-Sum",
    "1",
    "Content-Length",
    "5",
    "Host",
    "b",
    "x-slipway-a",
    "1",
    "X-Forwarded-For",
    "1",
    "Transfer-Encoding",
    "x",
    "x-sum",
    "2",
  ];
  expect(trailers(flat)).toEqual([
    ["X-Sum", "1"],
    ["x-sum", "2"],
  ]);
});

test.each([
  ["two Host headers", ["Host", "a", "host", "a"], "1.1"],
  ["no Host header in HTTP/1.1", ["A", "b"], "1.1"],
  ["a Host that is no host", ["Host", "a/b"], "1.1"],
  ["a list of hosts", ["Host", "a, b"], "1.1"],
  ["a transfer coding in HTTP/1.0", ["Host", "a", "Transfer-Encoding", "chunked"], "1.0"],
  ["another version of HTTP", ["Host", "a"], "2.0"],
])("%s is a problem", (_, headers, version) => {
  expect(requestProblem(headers, version)).toBeDefined();
});

test.each([
  ["a host with a port", ["Host", "a.example:8080"], "1.1"],
  ["an IPv6 host", ["Host", "[::1]:80"], "1.1"],
  ["no Host header in HTTP/1.0", [], "1.0"],
])("%s is none", (_, headers, version) => {
  expect(requestProblem(headers, version)).toBeUndefined();
});
