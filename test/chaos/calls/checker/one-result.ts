import { isFinal } from "./books";
import type { Outcome } from "./history";
import type { Property } from "./property";

/** A call ends once, and whoever asks hears the same. */
export const ONE_RESULT: readonly Property[] = [
  {
    name: "no call has two results",
    ofCall: ({ writes }) => {
      const endings = new Set(
        writes
          .filter(({ state }) => isFinal(state))
          .map(({ state, attempt, ending }) => `${state} ${attempt} ${ending}`),
      );
      return endings.size > 1 ? [...endings].map((ending) => ending.slice(0, 80)).join(" and ") : undefined;
    },
  },
  {
    name: "no call is open again after its end",
    ofCall: ({ writes }) => {
      const end = writes.findIndex(({ state }) => isFinal(state));
      const again = end < 0 ? undefined : writes.slice(end).find(({ state }) => !isFinal(state));
      return again && `${again.state} after ${writes[end]!.state}`;
    },
  },
  {
    name: "whoever reads a result reads the one that is recorded",
    ofCall: ({ reads, record }) => {
      const wrong = reads.find((read) => record === undefined || said(read) !== said(record));
      return wrong && `read ${said(wrong)}, recorded ${record && said(record)}`;
    },
  },
  {
    name: "what is no SUCCESS has no result, and a SUCCESS has one",
    ofCall: ({ record }) => {
      if (record === undefined || !isFinal(record.state)) return undefined;
      if (record.state === "SUCCESS") {
        if (record.error !== undefined) return "SUCCESS with an error";
        return record.result === undefined ? "SUCCESS, but its result is nowhere" : undefined;
      }
      if (record.hasOutput) return `${record.state} with a result`;
      return record.error === undefined ? `${record.state} without an error` : undefined;
    },
  },
];

function said({ state, result = "", error = "" }: Outcome): string {
  return `${state} ${result.slice(0, 16)}${error.slice(0, 60)}`;
}
