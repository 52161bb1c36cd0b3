import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A socket's path: 107 bytes on Linux, 103 on macOS. @see https://man7.org/linux/man-pages/man7/unix.7.html */
const LONGEST_PATH = 103;

/** Where gateway and executor of one task meet: only this user may enter, since who connects may run calls. */
export interface ExecutorFolder {
  readonly socket: string;
  remove(): Promise<void>;
}

/** A folder of its own below the temporary one, or below /tmp where that has too long a name. */
export async function makeExecutorFolder(temporary = tmpdir()): Promise<ExecutorFolder> {
  const fits = Buffer.byteLength(join(temporary, "slipway-XXXXXX", "s")) <= LONGEST_PATH;
  const folder = await mkdtemp(join(fits ? temporary : "/tmp", "slipway-"));
  return { socket: join(folder, "s"), remove: () => rm(folder, { recursive: true, force: true }) };
}
