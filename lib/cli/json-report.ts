import { failureOf } from "../local/events";
import type { Report } from "./report";

/** NDJSON on standard output: one event a line, for programs. */
export const jsonReport: Report = {
  event: (event) => print(event),
  line: (message) => print({ type: "message", message }),
  error: (error) => print({ type: "error", failure: failureOf(error) }),
};

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
