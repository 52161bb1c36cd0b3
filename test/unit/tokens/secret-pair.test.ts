import { isKeyId, isSecret, joinPair, newKeyId, newSecret, splitPair } from "../../../lib/tokens/secret-pair";

test("new key ids and secrets have their form, and no two are the same", () => {
  const ids = Array.from({ length: 1000 }, newKeyId);
  const secrets = Array.from({ length: 1000 }, newSecret);
  expect(ids.every(isKeyId) && secrets.every(isSecret)).toBe(true);
  expect(new Set([...ids, ...secrets]).size).toBe(2000);
});

test("every character of a secret is about as likely as any other", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 2000; i++) for (const c of newSecret().slice(3)) counts.set(c, (counts.get(c) ?? 0) + 1);
  const expected = (2000 * 43) / 62;
  expect(counts.size).toBe(62);
  // Ten standard deviations; taking bytes modulo 62 would make eight of the characters a quarter more frequent.
  const slack = 10 * Math.sqrt(expected) * 0.5;
  for (const count of counts.values())
    expect(Math.abs(count - expected)).toBeLessThan(Math.max(slack, expected * 0.15));
});

test("a pair survives being joined, and only a whole pair is split", () => {
  const pair = { keyId: newKeyId(), secret: newSecret() };
  expect(splitPair(joinPair(pair))).toEqual(pair);
  for (const text of [
    "",
    ".",
    pair.keyId,
    `.${pair.secret}`,
    `${joinPair(pair)}x`,
    ` ${joinPair(pair)}`,
    `${joinPair(pair)}\n`,
  ]) {
    expect(splitPair(text)).toBeUndefined();
  }
});
