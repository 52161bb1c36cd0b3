export interface LocalErrorDetails {
  /** What to do about it, as one sentence or command. */
  readonly fix?: string;
  /** What the failing process said last. */
  readonly output?: string;
  readonly cause?: unknown;
}

/** Something a person can fix: what happened, what the failing process said, and the fix. */
export class LocalError extends Error {
  override readonly name = "LocalError";
  readonly fix?: string;
  readonly output?: string;

  constructor(message: string, details: LocalErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.fix = details.fix;
    this.output = details.output;
  }
}
