import { applied, type CallRecord, cancel, create, reopen, retentionOf } from "../../../lib/calls";

const RULES = { queueMs: 60_000, deadlineMs: 90_001, retentionS: 1234 };
const ID = `fc-${"0123456789".repeat(4)}`;

const fresh = (): CallRecord =>
  create({ id: ID, app: "acme", fn: "resize", input: { in: "record", body: "{}" }, now: 1_000_000_500 }, RULES);

test("a record tells the retention that it was made with: while it is open, ended, and open again", () => {
  const open = fresh();
  expect(retentionOf(open)).toBe(1234);
  const wish = cancel(open, 1_000_033_333, RULES);
  const ended = applied(open, (wish as Extract<typeof wish, { kind: "close" }>).change)!;
  expect(retentionOf(ended)).toBe(1234);
  const again = applied(ended, reopen(ended, 1_000_999_999, RULES)!)!;
  expect(retentionOf(again)).toBe(1234);
});
