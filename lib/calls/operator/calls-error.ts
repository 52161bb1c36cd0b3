/** Something a person can fix. */
export class CallsError extends Error {
  override readonly name = "CallsError";

  constructor(
    message: string,
    /** What to do about it, as one sentence or command. */
    readonly fix?: string,
  ) {
    super(message);
  }
}
