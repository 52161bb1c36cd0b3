import { isFinal } from "./books";
import type { Property } from "./property";

/** What was accepted is there, and everything that is there comes to an end in its time. */
export const NOTHING_LOST: readonly Property[] = [
  {
    name: "every call that was answered 202 has a record",
    ofCall: ({ accepted, record }) =>
      accepted.length > 0 && record === undefined ? `accepted as number ${accepted[0]!.n}` : undefined,
  },
  {
    name: "no call is open in the end",
    ofCall: ({ record, sent, deleted }) =>
      record !== undefined && !isFinal(record.state)
        ? `${record.state}, attempt ${record.attempt}, ${sent.length} messages sent, ${deleted.length} deleted`
        : undefined,
  },
  {
    name: "no call is left without a message",
    ofCall: ({ record, sent }) =>
      record !== undefined && !isFinal(record.state) && sent.length === 0
        ? `${record.state}, and nobody knows`
        : undefined,
  },
  {
    name: "no call ends later than its deadline and the sweep's time",
    ofCall: ({ record }, { rules }) => {
      if (record?.finishedAt === undefined) return undefined;
      const late = record.finishedAt - record.doneBy;
      return late > rules.lateMs ? `${record.state} ${late} ms after its deadline` : undefined;
    },
  },
  {
    name: "no call that can be begun expires sooner than it may",
    ofCall: ({ record, begins }) => {
      if (record?.state !== "EXPIRED") return undefined;
      if (begins.length > 0) return `begun as attempt ${begins[0]!.attempt}`;
      const early = record.startBy - record.finishedAt!;
      return early > 0 ? `${early} ms before its time` : undefined;
    },
  },
  {
    name: "no message is left when every call is final",
    ofAll: ({ history }) => (history.dump.left > 0 ? [`${history.dump.left} messages`] : []),
  },
];
