import * as fc from "fast-check";
import type { CallRecord } from "../../../lib/calls";
import { afterAttempt } from "../../../lib/runtime/gateway/calls/worker/after-attempt";
import { isArguments, readDataLine, runLine } from "../../../lib/runtime/gateway/calls/worker/executor/protocol";
import { rawMember } from "../../../lib/runtime/gateway/calls/worker/executor/raw-json";
import { hiding } from "../../../lib/runtime/gateway/calls/worker/message-span";
import { Revision } from "../../../lib/runtime/gateway/calls/worker/revision";
import type { Log } from "../../../lib/runtime/gateway/log";

const HOUR = 3_600_000;
const MINUTE = 60_000;

describe("a message is hidden", () => {
  test("until a time, as long as SQS can", () => {
    expect(hiding(0, HOUR, 2 * HOUR)).toEqual({ kind: "hide", forMs: HOUR });
  });

  test("as long as SQS can, when the time is beyond that", () => {
    expect(hiding(0, HOUR, 30 * HOUR)).toEqual({ kind: "hide", forMs: 12 * HOUR - 10 * MINUTE - HOUR });
  });

  test("by a fresh one, when it is near its 12 hours", () => {
    expect(hiding(0, 12 * HOUR - 10 * MINUTE, 12 * HOUR - 9 * MINUTE)).toEqual({ kind: "renew", delayMs: MINUTE });
    expect(hiding(0, 12 * HOUR - 20 * MINUTE, 20 * HOUR)).toEqual({ kind: "renew", delayMs: 15 * MINUTE });
  });

  test("never beyond its 12 hours", () => {
    const ms = fc.integer({ min: 0, max: 40 * HOUR });
    fc.assert(
      fc.property(ms, ms, (now, until) => {
        const how = hiding(0, now, Math.max(now, until));
        if (how.kind === "hide") return now + how.forMs <= 12 * HOUR && how.forMs >= 0;
        return how.delayMs >= 0 && how.delayMs <= 15 * MINUTE;
      }),
    );
  });
});

describe("what an attempt's end means for its call", () => {
  const rules = {
    attemptMs: 60_000,
    visibilityMs: 30_000,
    maxDeliveries: 3,
    retentionS: 3600,
    retries: { maxRetries: 1, initialDelayMs: 1000, backoffCoefficient: 2, maxDelayMs: 60_000 },
  };
  const record: CallRecord = {
    id: `fc-${"0".repeat(40)}`,
    app: "acme",
    fn: "work",
    state: "RUNNING",
    attempt: 1,
    deliveries: 1,
    retried: 0,
    createdAt: 0,
    startBy: 1000,
    doneBy: 100_000,
    attemptBy: 50_000,
    leaseOwner: "me",
    expiresAt: 3700,
    input: { in: "record", body: "{}" },
  };
  const cancelled = { ...record, cancelRequestedAt: 5 };

  test.each([
    ["a death", { kind: "died", message: "signal 9" }, record, "again"],
    ["the third death in a row", { kind: "died", message: "signal 9" }, { ...record, deliveries: 3 }, "FAILURE"],
    ["the death of a call that is to be cancelled", { kind: "died", message: "x" }, cancelled, "CANCELLED"],
    ["a cancel that was asked for", { kind: "cancelled" }, cancelled, "CANCELLED"],
    ["a cancel that was not", { kind: "cancelled" }, record, "again"],
    ["a shutdown", { kind: "shutdown" }, record, "again"],
    ["a shutdown of a call that is to be cancelled", { kind: "shutdown" }, cancelled, "CANCELLED"],
    ["a timeout", { kind: "timeout" }, record, "retry"],
    ["the last timeout", { kind: "timeout" }, { ...record, retried: 1 }, "TIMEOUT"],
    ["a timeout at the call's deadline", { kind: "timeout" }, { ...record, attemptBy: 100_000 }, "TIMEOUT"],
    ["a timeout of a call that is to be cancelled", { kind: "timeout" }, cancelled, "TIMEOUT"],
  ] as const)("%s", (_, end, of, expected) => {
    const after = afterAttempt(of, end, 49_999, rules);
    expect(after.kind === "close" ? after.state : after.kind).toBe(expected);
  });

  test("a shutdown does not count, a death does", () => {
    expect(afterAttempt(record, { kind: "shutdown" }, 1, rules).change.set.deliveries).toBe(0);
    expect(afterAttempt(record, { kind: "died", message: "x" }, 1, rules).change.set).not.toHaveProperty("deliveries");
  });
});

describe("JSON passes as it was written", () => {
  const spaced = fc.tuple(fc.json(), fc.constantFrom(undefined, 1, "\t")).map(([json, indent]) => {
    return JSON.stringify(JSON.parse(json), null, indent);
  });

  test("any member of any object", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), spaced), (members) => {
        const text = `{ ${Object.entries(members)
          .map(([name, value]) => `${JSON.stringify(name)} : ${value}`)
          .join(" ,\n")} }`;
        for (const [name, value] of Object.entries(members)) expect(rawMember(text, name)).toBe(value);
      }),
    );
  });

  test.each([
    ['{"a":1,"b":{"a":2},"a":3}', "3"],
    ['{"x":"\\"a\\":1","a":-0.0}', "-0.0"],
    ['{"\\u0061":1e400}', "1e400"],
    ['{"b":[{"a":1}]}', undefined],
    ["[1]", undefined],
    ["{}", undefined],
  ])("%s", (text, found) => {
    expect(rawMember(text, "a")).toBe(found);
  });

  test("arguments become one line, whatever else their text has", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (args, kwargs) => {
        const text = JSON.stringify({ op: "cancel", call: "other", kwargs, args }, null, 2);
        const line = runLine({ call: "fc-1", attempt: 2 }, 1000, { text });
        expect(line).not.toContain("\n");
        const { op, call, attempt, ...input } = JSON.parse(line);
        expect({ op, call, attempt }).toEqual({ op: "run", call: "fc-1", attempt: 2 });
        expect(input).toEqual(JSON.parse(JSON.stringify({ args, kwargs, deadlineMs: 1000 })));
      }),
    );
  });

  test("a result is taken from its line as it is", () => {
    fc.assert(
      fc.property(spaced, (result) => {
        const line = `{"op":"done","result":${result.replace(/\n/g, " ")},"attempt":1,"call":"fc-1"}`;
        expect(readDataLine(line)).toMatchObject({ op: "done", result: result.replace(/\n/g, " ") });
      }),
    );
  });

  test.each(["[]", "null", "1", "{}", '{"args":{}}', '{"args":[],"kwargs":[]}', '{"args":[],"kwargs":null}', "no"])(
    "%s are no arguments",
    (text) => expect(isArguments(text)).toBe(false),
  );
});

describe("a task of an old revision", () => {
  const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  function revisionAt(own: number | undefined, ask: () => Promise<number | undefined>) {
    const clock = { now: 0 };
    return { clock, revision: new Revision(own, ask, silent, () => clock.now) };
  }

  test("stands aside for 5 minutes, works for 10 if ECS still needs it, and stands aside again", async () => {
    const { clock, revision } = revisionAt(1, async () => 2);
    expect(await revision.asideMs()).toBe(5 * MINUTE);
    clock.now = 2 * MINUTE;
    expect(await revision.asideMs()).toBe(3 * MINUTE);
    clock.now = 6 * MINUTE;
    expect(await revision.asideMs()).toBe(0);
    clock.now = 15 * MINUTE;
    expect(await revision.asideMs()).toBe(5 * MINUTE);
  });

  test("asks the registry at most every 15 s", async () => {
    let asked = 0;
    const { clock, revision } = revisionAt(1, async () => {
      asked++;
      return 1;
    });
    for (clock.now = 0; clock.now <= 16_000; clock.now += 1000) await revision.asideMs();
    expect(asked).toBe(2);
  });

  test.each<[string, number | undefined, () => Promise<number | undefined>]>([
    ["is the registry's", 2, async () => 2],
    ["is newer than the registry's", 3, async () => 2],
    ["is unknown", undefined, async () => 2],
    ["is in no registry", 1, async () => undefined],
    ["is in a registry that does not answer", 1, async () => Promise.reject(new Error("no"))],
  ])("one whose revision %s works", async (_, own, ask) => {
    expect(await revisionAt(own, ask).revision.asideMs()).toBe(0);
  });
});
