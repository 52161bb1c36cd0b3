import fc from "fast-check";
import { type Attributes, readItem, stateOf, type TokenItem, toAttributes } from "../../../lib/tokens/item";

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const key = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const item: fc.Arbitrary<TokenItem> = fc
  .record({
    keyId: fc.stringMatching(/^wk-[0-9A-Za-z]{22}$/),
    sha256: hex,
    publicKey: key,
    previous: fc.option(fc.record({ previousSha256: hex, previousPublicKey: key, previousUntil: seconds })),
    scopes: fc.array(fc.string()),
    createdAt: seconds,
    expiresAt: fc.option(seconds, { nil: undefined }),
    revokedAt: fc.option(seconds, { nil: undefined }),
    note: fc.option(fc.string(), { nil: undefined }),
    rateLimit: fc.option(fc.integer({ min: 1, max: 100_000 }), { nil: undefined }),
  })
  .map(({ previous, ...rest }) => ({ ...rest, ...previous }));

const VALID: TokenItem = {
  keyId: `wk-${"a".repeat(22)}`,
  sha256: "0".repeat(64),
  publicKey: "k".repeat(43),
  scopes: ["prod/*/*"],
  createdAt: 1,
};

test("an item is read as it was written", () => {
  fc.assert(fc.property(item, (written) => expect(readItem(toAttributes(written))).toEqual(written)));
});

test.each<[what: string, changed: Attributes]>([
  ["another key id", { keyId: { S: "wk-1" } }],
  ["a digest of another length", { sha256: { S: "00" } }],
  ["a key of another length", { publicKey: { S: "k" } }],
  ["no scopes", { scopes: {} }],
  ["a scope that is a number", { scopes: { L: [{ N: "1" }] } }],
  ["an expiry that is a text", { expiresAt: { S: "2026-01-01" } }],
  ["an expiry that is no number", { expiresAt: { N: "soon" } }],
  ["a revocation that is a text", { revokedAt: { S: "now" } }],
  ["a rate of nothing", { rateLimit: { N: "0" } }],
  ["a part of a previous secret", { previousSha256: { S: "1".repeat(64) } }],
  ["a grace period without a secret", { previousUntil: { N: "99" } }],
])("an item that is not understood is no token: %s", (_, changed) => {
  expect(readItem(toAttributes(VALID))).toEqual(VALID);
  expect(readItem({ ...toAttributes(VALID), ...changed })).toBeUndefined();
});

test("a token is expired from its very second on, and revoked whatever the clock says", () => {
  expect([9, 10].map((now) => stateOf({ ...VALID, expiresAt: 10 }, now))).toEqual(["active", "expired"]);
  expect(stateOf({ ...VALID, revokedAt: 4_000_000_000, expiresAt: 1 }, 10)).toBe("revoked");
});
