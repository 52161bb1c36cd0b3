import fc from "fast-check";
import { queryTokens, withoutQueryToken } from "../../../lib/runtime/gateway/auth/query-token";
import { newKeyId, newSecret } from "../../../lib/tokens/secret-pair";
import {
  isSignedBy,
  opens,
  parseUrlToken,
  publicKeyOf,
  readPublicKey,
  signUrlToken,
  withUrlToken,
} from "../../../lib/tokens/signed-url";

const pair = { keyId: newKeyId(), secret: newSecret() };
const publicKey = readPublicKey(publicKeyOf(pair.secret));
const grant = fc.record({
  expiresAt: fc.integer({ min: 1, max: 999_999_999_999 }),
  host: fc.stringMatching(/^[a-z0-9.-]{1,20}(:\d{1,5})?$/),
  pathPrefix: fc.string({ unit: "grapheme", maxLength: 10 }).map((path) => `/${path}`),
});

test("a token says what was signed, and only its own secret signed it", () => {
  const other = readPublicKey(publicKeyOf(newSecret()));
  fc.assert(
    fc.property(grant, (signed) => {
      const token = parseUrlToken(signUrlToken(pair, signed))!;
      expect(token).toMatchObject({ ...signed, keyId: pair.keyId });
      expect([isSignedBy(token, publicKey), isSignedBy(token, other)]).toEqual([true, false]);
    }),
  );
});

test("a token with any character changed is none, or not signed, or says and signs the same", () => {
  const signed = { expiresAt: 1_800_000_000, host: "a.example", pathPrefix: "/p" };
  const text = signUrlToken(pair, signed);
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.constantFrom(..."aZ09-_.%"), (at, character) => {
      const token = parseUrlToken(text.slice(0, at) + character + text.slice(at + 1));
      if (token !== undefined && isSignedBy(token, publicKey))
        expect(token).toMatchObject({ ...signed, keyId: pair.keyId });
    }),
    { numRuns: 2000 },
  );
});

test("any text is parsed without an error", () => {
  fc.assert(fc.property(fc.string(), (text) => void parseUrlToken(text)));
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9.-]{0,40}$/), (text) => void parseUrlToken(`${pair.keyId}.${text}`)),
  );
});

test.each([
  ["/", "/any/../thing", true],
  ["/a", "/a", true],
  ["/a", "/a/", true],
  ["/a", "/a/b", true],
  ["/a/", "/a/b", true],
  ["/a", "/ab", false],
  ["/a/", "/a", false],
  ["/a", "/a/..", false],
  ["/a", "/a/./b", false],
  ["/a", "/a/b/%2e./c", false],
  ["/a", "/a%2f..%2fb", false],
  ["/a", "/a/..;x/b", false],
  ["/a", "/a/..\\b", false],
  ["/a", "/a/b..c/...", true],
  ["/a", "/A", false],
])("a token for %p opens %p: %p", (pathPrefix, path, open) => {
  expect(opens({ keyId: "", expiresAt: 0, host: "a.example", pathPrefix }, { host: "A.example", path })).toBe(open);
  expect(opens({ keyId: "", expiresAt: 0, host: "a.example", pathPrefix }, { host: "b.example", path })).toBe(false);
});

test("a URL gets its token, which the gateway takes out again, and nothing else of it changes", () => {
  const target = fc.stringMatching(/^\/[a-z/%&=?._-]{0,20}$/).filter((text) => !text.includes("__slipway_token="));
  fc.assert(
    fc.property(target, (url) => {
      const signed = withUrlToken(url, "t.o.k");
      expect(queryTokens(signed)).toEqual(["t.o.k"]);
      // "/?" and "/" are two targets, and the token's own question mark goes with it.
      expect(withoutQueryToken(signed)).toBe(url);
      expect(withoutQueryToken(url)).toBe(url);
    }),
  );
  expect(withUrlToken("https://a/b#c", "t")).toBe("https://a/b?__slipway_token=t#c");
});
