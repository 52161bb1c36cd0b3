import { Audit } from "../../../lib/runtime/gateway/auth/audit";
import { Rate } from "../../../lib/runtime/gateway/auth/rate";
import { RefusedOnes } from "../../../lib/runtime/gateway/auth/refused-ones";
import { TokenCache } from "../../../lib/runtime/gateway/auth/token-cache";
import { createLog } from "../../../lib/runtime/gateway/log";
import { Output } from "../../../lib/runtime/gateway/output";
import { type Attributes, toAttributes } from "../../../lib/tokens/item";
import { digestOf, newKeyId, newSecret } from "../../../lib/tokens/secret-pair";
import { publicKeyOf } from "../../../lib/tokens/signed-url";
import { until } from "./loopback";

const SECRET = newSecret();
const PUBLIC_KEY = publicKeyOf(SECRET);
const ENDPOINT = { environment: "test", app: "acme", function: "web" };

/** A cache over a table that is a map. */
function cacheOf(items: Map<string, Attributes>) {
  const reads: string[] = [];
  const source = {
    read: async (keyId: string) => {
      reads.push(keyId);
      return items.get(keyId);
    },
  };
  const log = createLog(new Output(() => undefined), {});
  return { reads, cache: new TokenCache(source, { cacheMs: 60_000, endpoint: ENDPOINT }, log) };
}

function itemOf(keyId: string): Attributes {
  const sha256 = digestOf(SECRET).toString("hex");
  return toAttributes({ keyId, sha256, publicKey: PUBLIC_KEY, scopes: ["*/*/*"], createdAt: 1 });
}

test("unknown ids are looked up a hundred times a second, however many are asked for", async () => {
  const { reads, cache } = cacheOf(new Map());
  const at = performance.now();
  const first = await Promise.all(Array.from({ length: 1000 }, () => cache.find(newKeyId(), at)));
  expect(reads).toHaveLength(100);
  expect(first.filter((answer) => answer === "unavailable")).toHaveLength(900);
  await Promise.all(Array.from({ length: 1000 }, () => cache.find(newKeyId(), at + 500)));
  expect(reads).toHaveLength(150);
});

test("of 10,001 known tokens the one that was longest unused is forgotten", async () => {
  const ids = Array.from({ length: 10_001 }, newKeyId);
  const { cache } = cacheOf(new Map(ids.map((keyId) => [keyId, itemOf(keyId)])));
  const at = performance.now();
  for (const [i, keyId] of ids.slice(0, 10_000).entries()) await cache.find(keyId, at + i * 10);
  const later = performance.now() + 2000;
  expect(cache.fresh(ids[0]!, later)).toBeDefined();
  await cache.find(ids[10_000]!, at + 1_000_000);
  expect(cache.fresh(ids[0]!, later)).toBeDefined();
  expect(cache.fresh(ids[1]!, later)).toBeUndefined();
  expect(cache.fresh(ids[2]!, later)).toBeDefined();
});

test("of a million refused ids at most ten thousand are held, each for ten seconds", () => {
  const refused = new RefusedOnes();
  for (let i = 0; i < 1_000_000; i++) refused.add(`wk-${i}`, 0);
  const held = Array.from({ length: 1_000_000 }, (_, i) => refused.has(`wk-${i}`, 9_999));
  expect(held.slice(-5000)).toEqual(Array(5000).fill(true));
  expect(held.filter(Boolean).length).toBeLessThanOrEqual(10_000);
  expect(refused.has("wk-999999", 10_000)).toBe(false);
});

test("a rate gives a second's worth at once, and not more than it in any second after", () => {
  const rate = new Rate(10);
  const taken = (at: number) => Array.from({ length: 100 }, () => rate.take(at)).filter(Boolean).length;
  expect([taken(1000), taken(1000), taken(1250), taken(2000), taken(60_000)]).toEqual([10, 0, 2, 8, 10]);
});

test("a second of refusals is ten lines and a count", async () => {
  const lines: Record<string, unknown>[] = [];
  const output = new Output((text) => {
    for (const line of text.trim().split("\n")) lines.push(JSON.parse(line));
  });
  const audit = new Audit(createLog(output, {}), "test/acme/web");
  for (let i = 0; i < 10_000; i++) audit.refused("missing", undefined);
  await until(() => lines.length > 10, "the count is logged");
  expect(lines.slice(0, 10).map(({ event }) => event)).toEqual(Array(10).fill("auth_refused"));
  expect(lines[10]).toMatchObject({ event: "auth_refused_more", count: 9990, route: "test/acme/web" });
});
