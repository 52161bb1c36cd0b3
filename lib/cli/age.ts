const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["min", 60],
  ["s", 1],
] as const;

/** How long ago, in the largest unit of which there are two: "90 s ago", "5 min ago", "3 d ago". */
export function age(then: Date, now: Date): string {
  return `${span(now.getTime() - then.getTime())} ago`;
}

/** As `age`, or for what is yet to come: "in 3 min". AWS's clock is known to a second: what is nearer than that has been. */
export function fromNow(then: Date, now: Date): string {
  const ms = then.getTime() - now.getTime();
  return ms >= 1000 ? `in ${span(ms)}` : age(then, now);
}

/** Milliseconds as "5 min". */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [unit, size] = UNITS.find(([, one]) => seconds >= 2 * one) ?? ["s", 1];
  return `${Math.floor(seconds / size)} ${unit}`;
}
