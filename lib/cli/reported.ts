import { errorText } from "./error-text";

/**
 * Runs a command to its exit code: the number that its work returns, else 0. An error ends it with 1 and its fix on standard
 * error: standard output is for what may be piped on.
 */
export async function reported(work: () => Promise<unknown>): Promise<void> {
  // `slipway calls list | head` has read enough.
  process.stdout.on("error", () => process.exit(process.exitCode ?? 0));
  try {
    const code = await work();
    process.exitCode = typeof code === "number" ? code : 0;
  } catch (error) {
    reportError(error);
    process.exitCode = 1;
  }
}

export function reportError(error: unknown): void {
  process.stderr.write(`${errorText(error, false)}\n`);
}
