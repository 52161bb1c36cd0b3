import { type CallRecord, type CallState, create } from "../../../lib/calls";
import { planRedrive } from "../../../lib/calls/operator/redrive-plan";

const TAG = "01234567";
const ID = `fc-${TAG}${"a".repeat(32)}`;
const message = { call: ID };

const inState = (state: CallState): CallRecord => ({
  ...create(
    { id: ID, app: "acme", fn: "resize", input: { in: "record", body: "{}" }, now: 0 },
    { queueMs: 1, deadlineMs: 1, retentionS: 1 },
  ),
  state,
});

test.each<CallState>(["FAILURE", "TIMEOUT", "EXPIRED"])("a call that is %s is reopened, once in a run", (state) => {
  const record = inState(state);
  expect(planRedrive(message, record, { tag: TAG })).toEqual({ kind: "reopen", record });
  expect(planRedrive(message, record, { tag: TAG, wasReopened: true })).toEqual({ kind: "back" });
});

test.each<CallState>(["PENDING", "RUNNING"])("a call that is %s is only announced again", (state) => {
  const record = inState(state);
  expect(planRedrive(message, record, { tag: TAG, wasReopened: true })).toEqual({ kind: "resend", record });
});

test.each([
  ["a call with a result", message, inState("SUCCESS"), "succeeded"],
  ["a call that somebody ended", message, inState("CANCELLED"), "cancelled"],
  ["a call that is no more", message, undefined, "gone"],
  ["another function's call", { call: `fc-${"b".repeat(40)}` }, inState("FAILURE"), "another function's"],
  ["what is no message of ours", undefined, undefined, "no message of a call"],
] as const)("%s is left alone", (_, message, record, why) => {
  expect(planRedrive(message, record, { tag: TAG })).toEqual({ kind: "settled", why });
});
