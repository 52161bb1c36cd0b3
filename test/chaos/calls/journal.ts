import { appendFileSync, closeSync, openSync, writeSync } from "node:fs";
import type { Event } from "./checker/history";

type Told<E> = E extends Event ? Omit<E, "t"> : never;

/** Where one that takes part in a run writes down what it sees. An event is in the file when the call returns. */
export class Journal {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, "a");
  }

  write(event: Told<Event>): void {
    writeSync(this.file, `${JSON.stringify({ t: Date.now(), ...event })}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}

/** For who may be killed between two lines, and begins another life with the same file. */
export function endLine(path: string): void {
  appendFileSync(path, "\n");
}
