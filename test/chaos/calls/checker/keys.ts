import type { Property } from "./property";

/** An idempotency key stands for one call. */
export const KEYS: readonly Property[] = [
  {
    name: "no idempotency key has two calls",
    ofAll: function* ({ history: { events } }) {
      const owners = new Map<string, string>();
      for (const event of events) {
        if ((event.e !== "accepted" && event.e !== "begin") || event.key === undefined) continue;
        const owner = owners.get(event.key);
        if (owner === undefined) owners.set(event.key, event.call!);
        else if (owner !== event.call) yield `${event.key}: ${owner} and ${event.call}`;
      }
    },
  },
  {
    name: "no key is taken for another payload",
    ofCall: ({ accepted }) => {
      const wrong = accepted.find(({ isOther }) => isOther);
      return wrong && `accepted for ${wrong.key}`;
    },
  },
  {
    name: "every idempotency key that was accepted is remembered with its call",
    ofAll: function* ({ history: { events, dump } }) {
      const known = new Set(dump.keys);
      for (const event of events) {
        if (event.e === "accepted" && event.key !== undefined && !known.has(event.call!)) yield event.call!;
      }
    },
  },
];
