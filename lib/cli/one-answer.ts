import { errorText } from "./error-text";
import { jsonReport } from "./json-report";
import type { OutputOptions } from "./program";
import { isScreen, type Progress, silentProgress, spinningProgress } from "./progress";

/**
 * Runs a command that asks, answers and ends: with the exit code that its work returns, with 1 after an error. Standard output is
 * the answer's alone; a spinner tells on a terminal's standard error what takes so long.
 */
export async function oneAnswer(
  { json = false, verbose = false }: OutputOptions,
  work: (progress: Progress) => Promise<number>,
): Promise<void> {
  // `slipway status | head` has read enough.
  process.stdout.on("error", () => process.exit(process.exitCode ?? 0));
  const progress = isScreen(process.stderr) ? spinningProgress() : silentProgress;
  try {
    process.exitCode = await work(progress);
  } catch (error) {
    progress.done();
    if (json) jsonReport.error(error);
    else process.stderr.write(`${errorText(error, verbose)}\n`);
    process.exitCode = 1;
  }
}
