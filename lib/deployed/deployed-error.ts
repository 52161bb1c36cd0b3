/** Something a person can fix: what AWS or the deployment said, and the fix. */
export class DeployedError extends Error {
  override readonly name = "DeployedError";
  readonly fix?: string;

  constructor(message: string, details: { readonly fix?: string; readonly cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.fix = details.fix;
  }
}
