import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check, PROPERTIES } from "../../chaos/calls/checker/check";
import { CALL, DONE_BY, HistoryDraft } from "./calls-history";

const { good, poison, failed } = HistoryDraft;

/** Properties of a history that do not hold, with their examples. */
function broken(draft: HistoryDraft): Record<string, readonly string[]> {
  const findings = check(draft.history()).filter(({ violations }) => violations > 0);
  return Object.fromEntries(findings.map(({ property, examples }) => [property, examples]));
}

test.each([
  ["a call that succeeds", good()],
  ["a call that poisons its workers", poison()],
  ["a call that fails", failed()],
])("nothing is said of %s as it should be", (_, draft) => {
  expect(broken(draft)).toEqual({});
});

/** A history for each property, in which it does not hold. */
const PLANTED: Readonly<Record<string, (draft: HistoryDraft) => void>> = {
  "every call that was answered 202 has a record": (draft) => {
    draft.records.delete(CALL);
  },
  "no call is open in the end": (draft) => {
    draft.change(CALL, { state: "RUNNING" });
  },
  "no call is left without a message": (draft) => {
    draft.change(CALL, { state: "PENDING" });
    draft.drop((event) => event.e === "sent");
  },
  "no call ends later than its deadline and the sweep's time": (draft) => {
    draft.change(CALL, { finishedAt: DONE_BY + 5001 });
  },
  "no call that can be begun expires sooner than it may": (draft) => {
    draft.spawn("fc-two");
    draft.end("fc-two", { state: "EXPIRED", attempt: 0, error: "QueueTimeout: …" }, 49_000);
  },
  "no message is left when every call is final": (draft) => {
    draft.dump.left = 1;
  },
  "no call has two results": (draft) => {
    draft.tell({ e: "write", call: CALL, state: "SUCCESS", attempt: 1, finishedAt: 1, ending: "another" });
  },
  "no call is open again after its end": (draft) => {
    draft.tell({ e: "write", call: CALL, state: "RUNNING", attempt: 2 });
  },
  "whoever reads a result reads the one that is recorded": (draft) => {
    draft.tell({ e: "read", call: CALL, state: "SUCCESS", result: "digest 2" });
  },
  "what is no SUCCESS has no result, and a SUCCESS has one": (draft) => {
    draft.spawn("fc-two");
    draft.tell({ e: "cancel", call: "fc-two" });
    draft.end("fc-two", { state: "CANCELLED", attempt: 0, error: "Cancelled: …", hasOutput: true });
  },
  "no attempt is begun twice": (draft) => {
    draft.tell({ e: "begin", call: CALL, attempt: 1, worker: "worker-2", n: 1 });
  },
  "no attempt is begun that was not claimed": (draft) => {
    draft.tell({ e: "begin", call: CALL, attempt: 2, worker: "worker-2", n: 1 });
  },
  "a result is of the newest attempt that was claimed": (draft) => {
    draft.spawn("fc-two");
    draft.attempt("fc-two", 1, "zombie");
    draft.attempt("fc-two", 2, "worker-2");
    draft.tell({ e: "end", call: "fc-two", attempt: 1, worker: "zombie", how: "done", result: "from the grave" });
    draft.end("fc-two", { state: "SUCCESS", attempt: 2, hasOutput: true, result: "from the grave" });
  },
  "an error is the newest attempt's": (draft) => {
    draft.spawn("fc-two");
    draft.attempt("fc-two", 1, "zombie");
    draft.tell({ e: "end", call: "fc-two", attempt: 1, worker: "zombie", how: "error", error: "ValueError: old" });
    draft.attempt("fc-two", 2, "worker-2");
    draft.end("fc-two", { state: "FAILURE", attempt: 2, error: "ValueError: old", errorType: "ValueError" });
  },
  "no attempt number goes back": (draft) => {
    draft.spawn("fc-two");
    draft.attempt("fc-two", 2, "worker-2");
    draft.tell({ e: "write", call: "fc-two", state: "PENDING", attempt: 1 });
  },
  "nothing is CANCELLED that nobody cancelled": (draft) => {
    draft.spawn("fc-two");
    draft.end("fc-two", { state: "CANCELLED", attempt: 0, error: "Cancelled: …" });
  },
  "what a client was told is CANCELLED stays so": (draft) => {
    draft.tell({ e: "cancel-answer", call: CALL, state: "CANCELLED" });
  },
  "every error has its retries": (draft) => {
    draft.spawn("fc-two");
    draft.attempt("fc-two", 1, "worker-2");
    draft.tell({ e: "end", call: "fc-two", attempt: 1, worker: "worker-2", how: "error", error: "ValueError: 1" });
    draft.end("fc-two", { state: "FAILURE", attempt: 1, error: "ValueError: 1", errorType: "ValueError" });
  },
  "no call is tried more often than its retries and deliveries allow": (draft) => {
    draft.spawn("fc-two");
    for (let attempt = 1; attempt <= 20; attempt++) draft.attempt("fc-two", attempt, "worker-2");
  },
  "TIMEOUT is of what took too long": (draft) => {
    draft.drop((event) => event.e === "rules");
    draft.tell({ e: "rules", maxRetries: 0, maxDeliveries: 3, attemptMs: 10_000, lateMs: 5000 });
    draft.spawn("fc-two");
    draft.attempt("fc-two", 1, "worker-2");
    draft.end("fc-two", { state: "TIMEOUT", attempt: 1, error: "FunctionTimeout: …" });
  },
  "the last message of a call is deleted only when the call is final": (draft) => {
    draft.tell({ e: "deleted", queue: "calls", call: CALL, message: "m", state: "RUNNING", others: 0 });
  },
  "a call is accepted only when its message is sent": (draft) => {
    draft.drop((event) => event.e === "sent");
  },
  "every poison call is a FAILURE": (draft) => {
    draft.spawn("fc-two", { kind: "poison" });
    draft.attempt("fc-two", 1, "worker-2");
    draft.tell({ e: "end", call: "fc-two", attempt: 1, worker: "worker-2", how: "done", result: "digest 2" });
    draft.end("fc-two", { state: "SUCCESS", attempt: 1, hasOutput: true, result: "digest 2" });
  },
  "the message of every PoisonCall is in the dead-letter queue": (draft) => {
    draft.spawn("fc-two", { kind: "poison" });
    for (let attempt = 1; attempt <= 3; attempt++) draft.attempt("fc-two", attempt, "worker-2");
    draft.end("fc-two", { state: "FAILURE", attempt: 3, error: "PoisonCall: …", errorType: "PoisonCall" });
  },
  "nothing else is in the dead-letter queue": (draft) => {
    draft.dump.dead = [CALL];
  },
  "no call is taken for poison that has not killed its workers": (draft) => {
    draft.spawn("fc-two", { kind: "poison" });
    draft.attempt("fc-two", 1, "worker-2");
    draft.end("fc-two", { state: "FAILURE", attempt: 1, error: "PoisonCall: …", errorType: "PoisonCall" });
    draft.dump.dead = ["fc-two"];
  },
  "no idempotency key has two calls": (draft) => {
    draft.spawn("fc-two", { key: "key 1" });
    draft.tell({ e: "cancel", call: "fc-two" });
    draft.end("fc-two", { state: "CANCELLED", attempt: 0, error: "Cancelled: …" });
  },
  "no key is taken for another payload": (draft) => {
    draft.tell({ e: "accepted", n: 1, kind: "quick", call: CALL, key: "key 1", isOther: true });
  },
  "every idempotency key that was accepted is remembered with its call": (draft) => {
    draft.dump.keys = [];
  },
  "every refusal is one that the contract has": (draft) => {
    draft.tell({ e: "refused", n: 2, kind: "quick", status: 500, code: "oops" });
  },
};

test("there is a bad history for every property", () => {
  expect(Object.keys(PLANTED).sort()).toEqual(PROPERTIES.map(({ name }) => name).sort());
});

test.each(Object.keys(PLANTED))("it is caught when this does not hold: %s", (property) => {
  const draft = good();
  PLANTED[property]!(draft);
  expect(broken(draft)).toHaveProperty([property]);
});

test("an error in the last of the granted attempts is no violation, in an earlier one it is", () => {
  expect(broken(failed(3))).toEqual({});
  expect(Object.keys(broken(failed(2)))).toEqual(["every error has its retries"]);
});

/** Killed in three attempts, the last of which had said how it ended; `retried`: whether anybody heard that word. */
function killedAfterItsWord(how: "done" | "error", retried: number): HistoryDraft {
  const draft = good();
  draft.spawn("fc-two");
  for (let attempt = 1; attempt <= 3; attempt++) {
    draft.attempt("fc-two", attempt, "worker-2");
    if (attempt === 2) draft.tell({ e: "end", call: "fc-two", attempt, worker: "worker-2", how });
    if (attempt < 3)
      draft.tell({ e: "write", call: "fc-two", state: "PENDING", attempt, retried: attempt === 2 ? retried : 0 });
  }
  draft.end("fc-two", { state: "FAILURE", attempt: 3, error: "PoisonCall: …", errorType: "PoisonCall" });
  draft.dump.dead = ["fc-two"];
  return draft;
}

test("a word that nobody heard, because who said it was killed, is no end of an attempt", () => {
  expect(broken(killedAfterItsWord("done", 0))).toEqual({});
  expect(broken(killedAfterItsWord("error", 0))).toEqual({});
  expect(Object.keys(broken(killedAfterItsWord("error", 1)))).toEqual([
    "no call is taken for poison that has not killed its workers",
  ]);
});

test("the checker knows nothing of the implementation: it imports only itself and Node", () => {
  const folder = join(__dirname, "../../chaos/calls/checker");
  const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const imported = text.join("\n").matchAll(/from "([^"]+)"/g);
  expect([...imported].map(([, from]) => from).filter((from) => !/^(node:|\.\/[a-z-]+$)/.test(from!))).toEqual([]);
});
