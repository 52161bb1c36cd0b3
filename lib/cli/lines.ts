import { styleFor } from "./style";

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  printLine(JSON.stringify(value));
}

/** What is said beside the answer: standard output may be piped on. */
export function note(text: string): void {
  process.stderr.write(`${styleFor(process.stderr)("dim", text)}\n`);
}
