import type { DeadLetter } from "../calls/operator";
import { span } from "./age";
import type { TextOptions } from "./call-text";
import { printable } from "./printable";
import { table } from "./table";

/** Longer texts break every line of the table. */
const MOST_OF_ERROR = 80;

/** The messages, and what became of the call of each. */
export function deadLettersTable(letters: readonly DeadLetter[], { now, style }: TextOptions): string {
  const head = ["CALL", "STATE", "ATTEMPT", "ENDED", "ERROR"];
  const rows = letters.map(({ message, body, record }) => {
    if (message === undefined) return [printable(body.slice(0, MOST_OF_ERROR)), "no call", "-", "-", "-"];
    if (record === undefined) return [message.call, "gone", "-", "-", "-"];
    const { state, attempt, finishedAt, error } = record;
    const said = error ? printable(`${error.type}: ${error.message}`) : "-";
    return [
      message.call,
      style(state === "SUCCESS" ? "green" : "red", state),
      String(attempt),
      finishedAt === undefined ? "-" : `${span(now - finishedAt)} ago`,
      said.length > MOST_OF_ERROR ? `${said.slice(0, MOST_OF_ERROR - 1)}…` : said,
    ];
  });
  return table([head.map((title) => style("dim", title)), ...rows]);
}
