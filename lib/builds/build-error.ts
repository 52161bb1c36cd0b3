/** An image that cannot be built or pushed: what happened, what the builder or the registry said, and the fix. */
export class BuildError extends Error {
  override readonly name = "BuildError";
  readonly fix?: string;
  /** The builder's own last lines. */
  readonly output?: string;

  constructor(message: string, details: { fix?: string; output?: string; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.fix = details.fix;
    this.output = details.output;
  }
}
