/** Something a person can fix. */
export class TokenError extends Error {
  override readonly name = "TokenError";

  constructor(
    message: string,
    /** What to do about it, as one sentence or command. */
    readonly fix?: string,
  ) {
    super(message);
  }
}
