import fc from "fast-check";
import { BANDS, bandOf, hashedPriority, PRIORITY_BANDS, priorityRange } from "../../../lib/routing";
import { conditions } from "./requests";

test.each([
  [["a.b"], ["/x"], "host-path"],
  [["a.b", "c.d"], ["/x", "/y"], "host-path"],
  [["a.b"], ["/x", "/x/*"], "host-prefix"],
  [["a.b"], [], "host"],
  [["a.b"], ["/*"], "host"],
  [[], ["/label", "/label/*"], "prefix"],
  [[], ["/label"], "prefix"],
  [["*"], ["/label"], "prefix"],
  [["*.b"], ["/label"], "prefix"],
  [["*.b"], [], "wildcard-host"],
  [["a.b", "*.b"], [], "wildcard-host"],
  [["a.?"], [], "wildcard-host"],
  [[], [], "catch-all"],
  [["*"], ["*"], "catch-all"],
  [["a.b", "*"], [], "catch-all"],
])("hosts %j with paths %j are in the band %p", (hosts, paths, band) => {
  expect(bandOf({ hosts, paths })).toBe(band);
});

test("the ranges of all bands and stacks lie one after another from 1, a narrower band before a wider one", () => {
  const ranges = BANDS.flatMap((band) =>
    Array.from({ length: PRIORITY_BANDS }, (_, priorityBand) => priorityRange(band, priorityBand)),
  );
  let next = 1;
  for (const { first, last } of ranges) {
    expect(first).toBe(next);
    expect(last).toBeGreaterThan(first);
    next = last + 1;
  }
  expect(next - 1).toBe(48_000);
});

test.each(BANDS.map((band, i) => [band, [450, 750, 6750, 3600, 225, 225][i]!, [90, 150, 1350, 720, 45, 45][i]!]))(
  "in the band %p the platform's stack has %i priorities, and every other one %i",
  (band, own, others) => {
    const widths = [0, 1, 15]
      .map((priorityBand) => priorityRange(band, priorityBand))
      .map(({ first, last }) => last - first + 1);
    expect(widths).toEqual([own, others, others]);
  },
);

test.each([-1, 16, 1.5, Number.NaN])("there is no sub-range %p", (priorityBand) => {
  expect(() => priorityRange("host", priorityBand)).toThrow(RangeError);
});

test("priorities are frozen: a change here moves the rules that users have deployed", () => {
  expect([
    hashedPriority({ hosts: ["acme--hello.example.com"], paths: [] }, "acme/hello", 0),
    hashedPriority({ hosts: ["acme--hello.example.com"], paths: [] }, "acme/hello", 15),
    hashedPriority({ hosts: [], paths: ["/acme-hello", "/acme-hello/*"] }, "acme/hello", 0),
  ]).toEqual([10683, 30933, 33223]);
});

test("every hashed priority is inside the range of its band and stack", () => {
  fc.assert(
    fc.property(conditions, fc.string(), fc.integer({ min: 0, max: 15 }), (each, target, priorityBand) => {
      const { first, last } = priorityRange(bandOf(each), priorityBand);
      const priority = hashedPriority(each, target, priorityBand);
      expect(priority).toBeGreaterThanOrEqual(first);
      expect(priority).toBeLessThanOrEqual(last);
    }),
  );
});

test("the order and the case of hosts, and the order of paths, do not move a rule", () => {
  const one = hashedPriority({ hosts: ["a.b", "C.d"], paths: ["/x", "/y"] }, "app/web", 3);
  expect(hashedPriority({ hosts: ["c.d", "A.b"], paths: ["/y", "/x"] }, "app/web", 3)).toBe(one);
});

test("two endpoints that trade labels do not trade priorities", () => {
  const [a, b] = [
    { hosts: ["acme--a.example.com"], paths: [] },
    { hosts: ["acme--b.example.com"], paths: [] },
  ];
  const before = [hashedPriority(a!, "app/one", 0), hashedPriority(b!, "app/two", 0)];
  const after = [hashedPriority(b!, "app/one", 0), hashedPriority(a!, "app/two", 0)];
  expect(new Set([...before, ...after]).size).toBe(4);
});

test("hashes spread over the whole range", () => {
  const { first, last } = priorityRange("host", 0);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 5000; i += 1) {
    const priority = hashedPriority({ hosts: [`acme--e${i}.example.com`], paths: [] }, `app/e${i}`, 0);
    counts[Math.floor(((priority - first) * 10) / (last - first + 1))]! += 1;
  }
  for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(100);
});
