import { chmodSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder, write } from "./project";

/**
 * A Python that runs Node programs, also in place of `slipway serve`: a task that listens wherever PORT says, as every one
 * does that Slipway serves, and starts in milliseconds. Its environments are made of itself and have every package.
 */
const QUICK_PYTHON = `#!/bin/sh
case "$*" in
  "-E -c "*) printf '3.12.0\\n/quick-python\\n' ;;
  "-I -m venv "*)
    for folder; do :; done
    mkdir -p "$folder/bin" "$folder/lib/python3.12/site-packages" && cp "$0" "$folder/bin/python" ;;
  "-I "*) ;;
  "-m slipway serve "*) shift 3; exec node "$@" ;;
  *) exec node "$@" ;;
esac
`;

export function quickPython(): string {
  const folder = temporaryFolder();
  write(folder, "python", QUICK_PYTHON);
  chmodSync(join(folder, "python"), 0o755);
  return join(folder, "python");
}

/** The command of a function that this Python serves. */
export function serves(program: string): string[] {
  return ["python", "-m", "slipway", "serve", program];
}
