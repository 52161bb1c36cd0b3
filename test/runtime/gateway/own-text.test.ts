import { RecentMap } from "../../../lib/runtime/gateway/auth/recent-map";
import { requestHeaders } from "../../../lib/runtime/gateway/headers";

const CLIENT = { peer: "", port: 0, prefix: "" };

/** A name or a key as a parser cuts it out of a header of 64 KiB. */
function cut(i: number): string {
  const text = Buffer.from(`x-a-name-of-its-own-${i}: ${"y".repeat(64_000)}`).toString("latin1");
  return text.slice(0, text.indexOf(":"));
}

test("what is remembered takes its own size, not that of the header that it was cut out of", () => {
  const known = new RecentMap<number>(2000);
  // The names that all requests bring are known by now.
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 900; i++) {
    requestHeaders([cut(i), ""], CLIENT);
    known.set(cut(i), i);
  }
  global.gc?.();
  expect(known.get("x-a-name-of-its-own-7")).toBe(7);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(30 * 1024 * 1024);
});
