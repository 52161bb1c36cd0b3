import type { Random } from "./random";
import type { Check } from "./report";

/** What a run gets from the command line, and where it reports. */
export interface Run {
  readonly isLong: boolean;
  readonly random: Random;
  /** A line of the log: a sample of a long run. */
  log(line: string): void;
  /** How far it is, for who watches a terminal. */
  progress(text: string): void;
}

/** Returns what it holds against its bounds. */
export type Part = (run: Run) => Promise<Check[]>;
