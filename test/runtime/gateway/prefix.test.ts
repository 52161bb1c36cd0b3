import fc from "fast-check";
import { prefixAnswer, prefixCookie, prefixReference, prefixRefresh } from "../../../lib/runtime/gateway/prefix";

const PREFIX = "/acme-web";
const HOST = "lb.example:8080";
const PLACE = { prefix: PREFIX, host: HOST };

const segment = fc.constantFrom("a", "acme-web", "acme-webx", "..", "%2F", "é", "", "x=1");
const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`);
const rest = fc.constantFrom("", "?a=/b", "#c", "?a=http://other/");
const ownPath = fc.tuple(path, rest).map(([p, r]) => p.replace(/^\/+/, "/") + r);
const scheme = fc.constantFrom("http", "https", "HTTP", "ws", "wss", "x-app");
const ownHost = fc.constantFrom(HOST, HOST.toUpperCase());
const otherHost = fc.constantFrom(
  "other.example",
  "lb.example",
  "lb.example:80801",
  "user@lb.example:8080",
  "",
  "[::1]:8080",
);

const isBelow = (p: string) => new RegExp(`^${PREFIX}([/?#]|$)`).test(p);

test("an absolute path gets the prefix in front, once, and is otherwise kept byte for byte", () => {
  fc.assert(
    fc.property(ownPath, (p) => {
      expect(prefixReference(p, PLACE)).toBe(isBelow(p) ? p : PREFIX + p);
    }),
  );
});

test("a URL of the own host gets it in its path, whatever its scheme", () => {
  fc.assert(
    fc.property(scheme, ownHost, ownPath, (s, host, p) => {
      expect(prefixReference(`${s}://${host}${p}`, PLACE)).toBe(`${s}://${host}${prefixReference(p, PLACE)}`);
    }),
  );
});

test("other hosts and relative references are left alone", () => {
  const elsewhere = fc.oneof(
    fc.tuple(scheme, otherHost, path).map(([s, host, p]) => `${s}://${host}${p}`),
    fc.tuple(fc.oneof(ownHost, otherHost), path).map(([host, p]) => `//${host}${p}`),
    fc.constantFrom("", "x", "./x", "../x", "?a", "#b", "mailto:a@b", "http:/x", "x/y://z"),
  );
  fc.assert(fc.property(elsewhere, (reference) => expect(prefixReference(reference, PLACE)).toBe(reference)));
});

test("what was prefixed once is never prefixed again", () => {
  const reference = fc.oneof(
    ownPath,
    fc.tuple(scheme, fc.oneof(ownHost, otherHost), ownPath).map(([s, h, p]) => `${s}://${h}${p}`),
  );
  fc.assert(
    fc.property(reference, (given) => {
      const once = prefixReference(given, PLACE);
      expect(prefixReference(once, PLACE)).toBe(once);
      const headers = ["Location", given, "Refresh", `0; url=${given}`, "Set-Cookie", "a=b; Path=/x"];
      const answered = prefixAnswer([...headers], PLACE);
      expect(prefixAnswer([...answered], PLACE)).toEqual(answered);
    }),
  );
});

test.each([
  ["/", "/acme-web/"],
  ["/?a", "/acme-web/?a"],
  ["/acme-web", "/acme-web"],
  ["/acme-web?a", "/acme-web?a"],
  ["/acme-webx", "/acme-web/acme-webx"],
  ["http://lb.example:8080", "http://lb.example:8080/acme-web/"],
  ["http://lb.example:8080?a", "http://lb.example:8080/acme-web/?a"],
  ["https://lb.example:8080/x", "https://lb.example:8080/acme-web/x"],
  ["http://lb.example:8080//x", "http://lb.example:8080/acme-web//x"],
])("the reference %s becomes %s", (given, prefixed) => {
  expect(prefixReference(given, PLACE)).toBe(prefixed);
});

test("a scheme's own port is the same host with and without it", () => {
  expect(prefixReference("http://lb.example:80/x", { prefix: PREFIX, host: "lb.example" })).toBe(
    "http://lb.example:80/acme-web/x",
  );
  expect(prefixReference("https://lb.example/x", { prefix: PREFIX, host: "LB.example:443" })).toBe(
    "https://lb.example/acme-web/x",
  );
  expect(prefixReference("https://lb.example:80/x", { prefix: PREFIX, host: "lb.example" })).toBe(
    "https://lb.example:80/x",
  );
});

test.each([
  ["0;url=/x", "0;url=/acme-web/x"],
  ["5; URL='/x'", "5; URL='/acme-web/x'"],
  ["5, url = http://lb.example:8080/x", "5, url = http://lb.example:8080/acme-web/x"],
  ["5; url=/acme-web/x", "5; url=/acme-web/x"],
  ["5; url=//other/x", "5; url=//other/x"],
  ["5; url=x", "5; url=x"],
  ["5", "5"],
])("the Refresh %s becomes %s", (given, prefixed) => {
  expect(prefixRefresh(given, PLACE)).toBe(prefixed);
});

test("a cookie's path gets the prefix, once, and nothing else of the cookie changes", () => {
  const attribute = fc.constantFrom("Secure", "HttpOnly", "Max-Age=9", "Domain=lb.example", "SameSite=Lax", "pathx=/y");
  const nameAndValue = fc.constantFrom("a=b", "a=", "path=/kept", 'a="/x"', "__Secure-a=1");
  const name = fc.constantFrom("Path", "path", " PATH ");
  const list = fc.array(attribute, { maxLength: 3 });
  fc.assert(
    fc.property(
      nameAndValue,
      list,
      name,
      ownPath.filter((p) => !p.includes(";")),
      list,
      (pair, before, n, p, after) => {
        const cookie = (value: string) => [pair, ...before, `${n}=${value}`, ...after].join("; ");
        const bare = p.replace(/[?#].*/, "");
        const expected = cookie(isBelow(bare) ? bare : PREFIX + bare);
        expect(prefixCookie(cookie(bare), PREFIX)).toBe(expected);
        expect(prefixCookie(expected, PREFIX)).toBe(expected);
      },
    ),
  );
});

test.each([
  ["without a path", "a=b; Secure"],
  ["with an empty path", "a=b; Path=; Secure"],
  ["with a path that browsers ignore", 'a=b; Path="/"'],
  ["whose value looks like a path", "path=/x; Secure"],
  ["that browsers only take for the whole host", "__Host-a=b; Path=/; Secure"],
])("a cookie %s is left alone", (_, cookie) => {
  expect(prefixCookie(cookie, PREFIX)).toBe(cookie);
});

test("no other header is touched, and every cookie is looked at", () => {
  expect(
    prefixAnswer(
      ["Link", "</a>", "set-cookie", "a=1; Path=/", "SET-COOKIE", "b=2; path=/b", "Content-Location", "/c"],
      PLACE,
    ),
  ).toEqual([
    ...["Link", "</a>", "set-cookie", "a=1; Path=/acme-web/", "SET-COOKIE", "b=2; path=/acme-web/b"],
    ...["Content-Location", "/acme-web/c"],
  ]);
});
