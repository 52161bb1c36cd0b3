import type { LocalEvent } from "../local";

/** What is printed for the events of a session. */
export interface Report {
  event(event: LocalEvent): void;
  /** A line of the command's own. */
  line(text: string): void;
  /** What ends the command. */
  error(error: unknown): void;
}
