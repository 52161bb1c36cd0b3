import { join } from "node:path";

/** Built beside the program. A name that is put together here is one that the build leaves alone. */
const FILE = "calls.cjs";

/** The SDK costs memory even where it only lies in a file that is read: only a task that has to do with calls reads it. */
export function loadCalls(): typeof import("./index") {
  return require(join(__dirname, FILE));
}
