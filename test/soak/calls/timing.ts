import type { Row } from "../report";

/** What trials of one thing came to, up to the first that failed. */
export interface Timing {
  readonly ms: readonly number[];
  readonly trouble?: string;
}

export interface Bound {
  readonly trials: number;
  readonly ms: number;
}

/** Trials, one after the other. */
export async function timed(trials: number, trial: (number: number) => Promise<number>): Promise<Timing> {
  const ms: number[] = [];
  try {
    while (ms.length < trials) ms.push(await trial(ms.length));
  } catch (error) {
    return { ms, trouble: (error as Error).message };
  }
  return { ms };
}

export function timingRow(name: string, { ms, trouble }: Timing, bound: Bound): Row {
  const worst = Math.max(...ms);
  const figures = ms.length > 0 ? [`median ${seconds(median(ms))}, worst ${seconds(worst)}`] : [];
  return {
    name,
    trials: bound.trials,
    through: trouble === undefined ? figures.join() : [...figures, `trial ${ms.length + 1}: ${trouble}`].join("; "),
    bound: `at most ${seconds(bound.ms)}`,
    isWithin: trouble === undefined && ms.length === bound.trials && worst <= bound.ms,
  };
}

export function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(2))} s`;
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
