import { createInterface } from "node:readline/promises";
import { CallsError } from "../calls/operator";

/** Asks a person. Where there is none to ask, the answer must have been given: `--yes`. */
export async function confirm(question: string, { yes = false }: { readonly yes?: boolean }): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CallsError(`${question} There is nobody to ask here.`, "Say so beforehand: --yes");
  }
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-D answers nothing.
  const closed = new Promise<string>((resolve) => asking.once("close", () => resolve("")));
  const answer = await Promise.race([asking.question(`${question} [y/N] `), closed]);
  asking.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CallsError("Nothing was changed.");
}
