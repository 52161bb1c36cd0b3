import type { ServiceEvent } from "./ecs";

/** Events that say the same. */
export interface EventOfInterest {
  readonly message: string;
  readonly count: number;
  /** When the last one was. */
  readonly at: Date;
}

/** What a service's scheduler tells while all goes well. */
const ROUTINE =
  /has reached a steady state|has (started|stopped) \d+ \w*\s?tasks|has begun draining|(de)?registered \d+ targets|deployment completed|AZ (rebalanc|balanced)|set desired count/i;

const MOST = 5;

/** What tells why something does not run, since a moment: newest first, without what every line repeats. */
export function eventsOfInterest(events: readonly ServiceEvent[], since: Date): EventOfInterest[] {
  const found = new Map<string, EventOfInterest>();
  for (const { at, message } of events) {
    if (at < since || ROUTINE.test(message)) continue;
    const text = message.replace(/^\(?service [^)\s]+\)? /, "");
    const key = text.replace(/\((task|deployment) [^)]*\)/g, "");
    const { count, ...last } = found.get(key) ?? { message: text, at, count: 0 };
    found.set(key, { ...last, count: count + 1 });
  }
  return [...found.values()].slice(0, MOST);
}
