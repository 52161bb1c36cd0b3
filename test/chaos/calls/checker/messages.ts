import { isFinal } from "./books";
import type { Property } from "./property";

/** A message goes when its call has no use for it any more. */
export const MESSAGES: readonly Property[] = [
  {
    name: "the last message of a call is deleted only when the call is final",
    ofCall: ({ deleted }) => {
      const wrong = deleted.find(({ queue, state, others }) => queue === "calls" && others === 0 && !isFinal(state));
      return wrong && `deleted while it was ${wrong.state}`;
    },
  },
  {
    name: "a call is accepted only when its message is sent",
    ofCall: ({ accepted, sent }) => {
      if (accepted.length === 0) return undefined;
      const first = Math.min(...sent.filter(({ queue }) => queue === "calls").map(({ t }) => t));
      return first > accepted[0]!.t ? `accepted at ${accepted[0]!.t}, first message at ${first}` : undefined;
    },
  },
];
