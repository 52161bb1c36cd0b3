import * as fc from "fast-check";
import {
  type FunctionEntry,
  functionTag,
  newCallId,
  openKey,
  openKeys,
  readFunctionEntry,
  readMessage,
  tagOf,
  toRegistryItem,
  writeMessage,
} from "../../../lib/calls";
import { Clock } from "../../../lib/calls/aws";
import { callIds } from "./arbitrary-record";

test("a call's id says which function it is of, and its partition is among the function's", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (environment, app, name) => {
      const tag = functionTag({ environment, app, name });
      const id = newCallId(tag);
      expect(tagOf(id)).toBe(tag);
      expect(openKeys(tag)).toContain(openKey(id));
    }),
  );
});

test("the open calls of a function are spread over 16 partitions", () => {
  const used = new Set(Array.from({ length: 500 }, () => openKey(newCallId("0123abcd"))));
  expect([...used].sort()).toEqual(openKeys("0123abcd").sort());
});

test.each(["", "fc-", "fc-0123", `fc-${"0".repeat(41)}`, `fc-${"G".repeat(40)}`, `fc-${"0".repeat(40)}\n`, "call"])(
  "%j is no call's id",
  (text) => expect(tagOf(text)).toBeUndefined(),
);

test("a message that was written is read", () => {
  const notify = fc.option(fc.record({ url: fc.webUrl(), secret: fc.string() }), { nil: undefined });
  fc.assert(
    fc.property(callIds, notify, (call, notify) => {
      const message = notify === undefined ? { call } : { call, notify };
      expect(readMessage(writeMessage(message))).toEqual(message);
    }),
  );
});

test("whatever else is in a queue is no message, and does no harm", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (body) => expect(readMessage(body)).toBeUndefined()));
});

const ENTRY: FunctionEntry = {
  app: "acme",
  name: "resize",
  tag: "0123abcd",
  queueUrl: "https://sqs/q",
  dlqUrl: "https://sqs/dlq",
  service: "acme-resize",
  revision: 7,
  queueMs: 1,
  deadlineMs: 2,
  visibilityMs: 3,
  maxPayloadBytes: 4,
};

test("a function's entry is read as it was written, with and without a limit of open calls", () => {
  for (const entry of [ENTRY, { ...ENTRY, maxPending: 5 }]) {
    expect(readFunctionEntry(toRegistryItem(entry))).toEqual(entry);
  }
});

test("a web endpoint's entry, a later version's and one with a part missing are none", () => {
  const item = toRegistryItem(ENTRY);
  for (const [key, value] of Object.entries({
    kind: { S: "asgi" },
    v: { N: "2" },
    tag: undefined,
    queueMs: undefined,
  })) {
    expect(readFunctionEntry({ ...item, [key]: value } as never)).toBeUndefined();
  }
});

describe("the clock", () => {
  const at = (ms: number) => new Date(ms).toUTCString();

  test("knows nothing until an answer has told the time", () => {
    const clock = new Clock(() => 5000);
    expect(clock.isKnown).toBe(false);
    expect(clock.now()).toBe(5000);
    clock.learn(undefined, 5000, 5000);
    clock.learn("soon", 5000, 5000);
    expect(clock.isKnown).toBe(false);
  });

  test("is within the slack of AWS's, however wrong the host's is and however long answers take", () => {
    const answers = fc.array(fc.record({ pause: fc.nat(60_000), there: fc.nat(400), back: fc.nat(400) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(answers, fc.integer({ min: -1e9, max: 1e9 }), (all, wrongBy) => {
        let aws = 1_800_000_000_000;
        const clock = new Clock(() => aws + wrongBy);
        for (const { pause, there, back } of all) {
          aws += pause;
          const askedAt = clock.hostNow();
          aws += there;
          const date = at(Math.floor(aws / 1000) * 1000);
          aws += back;
          clock.learn(date, askedAt, clock.hostNow());
        }
        expect(Math.abs(clock.now() - aws)).toBeLessThanOrEqual(1000);
      }),
    );
  });

  test("believes AWS when the host's clock is set", () => {
    let host = 1_800_000_000_000;
    const aws = host;
    const clock = new Clock(() => host);
    clock.learn(at(aws), host, host);
    host += 3_600_000;
    clock.learn(at(aws), host, host);
    expect(Math.abs(clock.now() - aws)).toBeLessThanOrEqual(1000);
  });
});
