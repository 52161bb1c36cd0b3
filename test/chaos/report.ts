import Table from "cli-table3";

/** One thing that a run holds against a bound. */
export interface Check {
  readonly what: string;
  readonly bound: string;
  readonly value: string;
  readonly isHeld: boolean;
}

export function atMost(what: string, value: number, most: number, unit = ""): Check {
  return { what, bound: `at most ${most}${unit}`, value: `${rounded(value)}${unit}`, isHeld: value <= most };
}

export function atLeast(what: string, value: number, least: number, unit = ""): Check {
  return { what, bound: `at least ${least}${unit}`, value: `${rounded(value)}${unit}`, isHeld: value >= least };
}

export function exactly(what: string, value: number, wanted: number): Check {
  return { what, bound: `${wanted}`, value: `${value}`, isHeld: value === wanted };
}

/** Nothing was counted, but for what is good. */
export function none(what: string, counts: ReadonlyMap<string, number>, good: readonly string[] = []): Check {
  const others = new Map([...counts].filter(([word]) => !good.includes(word)));
  return { what, bound: "none", value: words(others) || "none", isHeld: others.size === 0 };
}

/** Counts in a line, the largest first. */
export function words(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([word, count]) => `${count} ${word}`).join(", ");
}

/** For the reader: no bound. */
export function figure(what: string, value: string | number): Check {
  return { what, bound: "", value: String(value), isHeld: true };
}

/** Several in a row of the table: what holds in short, what is broken in full. */
export function together(what: string, checks: readonly Check[]): Check {
  const broken = checks.filter(({ isHeld }) => !isHeld);
  const bound = checks.map(({ bound }) => bound).join("; ");
  const value = checks.map(({ value }) => value).join("; ");
  if (broken.length === 0) return { what, bound, value, isHeld: true };
  return { what, bound, value: broken.map((each) => `${each.what}: ${each.value}`).join("; "), isHeld: false };
}

/** A run with a planted bug: the checks that should hold without it, and at least one did not. */
export function caught(plant: string, checks: readonly Check[]): Check {
  const broken = checks.filter(({ isHeld }) => !isHeld);
  const value = broken.map(({ what, value }) => `${what}: ${value}`).join("; ");
  return {
    what: `planted: ${plant}`,
    bound: "caught",
    value: broken.length > 0 ? `caught (${value.length > 90 ? `${value.slice(0, 90)}…` : value})` : "NOT CAUGHT",
    isHeld: broken.length > 0,
  };
}

export function table(checks: readonly Check[]): string {
  const rows = new Table({
    head: ["", "bound", "value", ""],
    colAligns: ["left", "right", "left", "left"],
    style: { head: [], border: [] },
  });
  for (const { what, bound, value, isHeld } of checks) {
    rows.push([what, bound, value, isHeld ? (bound === "" ? "" : "held") : "BROKEN"]);
  }
  return rows.toString();
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
