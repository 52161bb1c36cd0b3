import fc from "fast-check";
import { type Identity, physicalName, stableHash } from "../../../lib/naming";
import { anyText } from "./texts";

const identity: fc.Arbitrary<Identity> = fc.record({
  workspace: anyText,
  environment: fc.option(anyText, { nil: undefined }),
  region: anyText,
  app: fc.option(anyText, { nil: undefined }),
  name: fc.option(anyText, { nil: undefined }),
});
const options = fc.record({
  kind: fc.option(anyText, { nil: undefined }),
  maxLength: fc.integer({ min: 10, max: 255 }),
  immutable: fc.array(anyText, { maxLength: 3 }),
});

const web: Identity = { workspace: "acme", environment: "prod", region: "us-east-1", app: "llm", name: "chat" };

test("names are frozen: a change here renames what users have deployed", () => {
  expect([
    physicalName(web),
    physicalName(web, { kind: "tg" }),
    physicalName(web, { kind: "tg", maxLength: 64, immutable: ["18080", "HTTP"] }),
    physicalName({ workspace: "acme", region: "us-east-1" }, { kind: "alb" }),
  ]).toEqual([
    "acme-prod-llm-chat-61325a50",
    "acme-prod-llm-chat-tg-f8e233f7",
    "acme-prod-llm-chat-tg-7950544f",
    "acme-alb-f9a90eec",
  ]);
});

test("every name has only [a-z0-9-], starts with a letter, ends in its hash and keeps the service's limit", () => {
  fc.assert(
    fc.property(identity, options, (who, how) => {
      const name = physicalName(who, how);
      expect(name).toMatch(/^[a-z][a-z0-9-]*-[0-9a-f]{8}$/);
      expect(name).not.toContain("--");
      expect(name.length).toBeLessThanOrEqual(how.maxLength);
    }),
  );
});

test("the same identity always has the same name, and any difference gives another", () => {
  fc.assert(
    fc.property(identity, identity, options, options, (who, other, how, otherHow) => {
      const same =
        JSON.stringify([who, how.kind, how.immutable]) === JSON.stringify([other, otherHow.kind, otherHow.immutable]);
      const [a, b] = [
        physicalName(who, { ...how, maxLength: 32 }),
        physicalName(other, { ...otherHow, maxLength: 32 }),
      ];
      expect(physicalName({ ...who }, { ...how, maxLength: 32 })).toBe(a);
      expect(a === b).toBe(same);
    }),
  );
});

test("what would run together in the readable part is told apart by the hash", () => {
  const twins: Identity[] = [
    { workspace: "a", environment: "b", region: "r", app: "c", name: "d" },
    { workspace: "a-b", region: "r", app: "c", name: "d" },
    { workspace: "a", environment: "b-c", region: "r", app: "d" },
    { workspace: "a", environment: "b-c", region: "r", name: "d" },
    { workspace: "a", environment: "", region: "r", app: "b-c", name: "d" },
    { workspace: "a", region: "r", app: "b-c", name: "d" },
    { workspace: "a", region: "q", app: "b-c", name: "d" },
  ];
  const names = twins.map((twin) => physicalName(twin));
  expect(new Set(names).size).toBe(twins.length);
  expect(new Set(names.map((name) => name.slice(0, -9)))).toEqual(new Set(["a-b-c-d"]));
});

test("a replaced attribute changes the name, so the replacement can be created first", () => {
  const names = [[], ["18080"], ["18081"], ["1808", "0"]].map((immutable) =>
    physicalName(web, { kind: "tg", immutable }),
  );
  expect(new Set(names).size).toBe(4);
});

test("where room is short, app and name are kept and the workspace is dropped", () => {
  const long: Identity = { ...web, workspace: "acme-research", environment: "staging" };
  expect(physicalName(long)).toMatch(/^llm-chat-[0-9a-f]{8}$/);
  expect(physicalName(long, { kind: "tg" })).toMatch(/^llm-chat-tg-[0-9a-f]{8}$/);
  expect(physicalName(long, { kind: "tg", maxLength: 64 })).toMatch(/^acme-research-staging-llm-chat-tg-[0-9a-f]{8}$/);
});

test.each(["internal", "aws-team", "ecsify", "fargate", "1st"])(
  "a workspace %p never makes a name that AWS refuses",
  (workspace) => {
    expect(physicalName({ ...web, workspace }, { maxLength: 64 })).toMatch(/^s-/);
  },
);

test("a name with no room for anything readable is refused", () => {
  expect(() => physicalName(web, { maxLength: 9 })).toThrow(RangeError);
});

test("a stable hash tells apart every way to cut the same text into parts", () => {
  const hashes = [["abc"], ["a", "bc"], ["ab", "c"], ["a", "b", "c"], ["", "abc"], ["abc", ""]].map((parts) =>
    stableHash(parts, 16),
  );
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("a stable hash tells apart texts that UTF-8 cannot", () => {
  expect(stableHash(["\ud800"], 8)).not.toBe(stableHash(["\udfff"], 8));
});
