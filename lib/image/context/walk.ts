import { lstatSync, readdirSync, readlinkSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { Ignore } from "./ignore";

/** Something that lies in a build context. */
export interface ContextEntry {
  /** In the context: posix, relative. */
  readonly path: string;
  /** Where it is: an absolute path. */
  readonly file: string;
  readonly bytes: number;
  readonly isExecutable: boolean;
  /** Of a symbolic link: what it points to. */
  readonly target?: string;
}

/** Files and links below a folder, by their paths within it; empty folders are nothing that a clone would have. */
export function* walk(folder: string, ignore: Ignore, within = ""): Generator<ContextEntry> {
  for (const entry of readdirSync(within === "" ? folder : join(folder, within), { withFileTypes: true })) {
    const path = within === "" ? entry.name : `${within}/${entry.name}`;
    const isIgnored = ignore.ignores(path);
    if (entry.isDirectory()) {
      if (!isIgnored || ignore.mayHold(path)) yield* walk(folder, ignore, path);
    } else if (!isIgnored && (entry.isFile() || entry.isSymbolicLink())) {
      yield entryOf(join(folder, path), path);
    }
  }
}

export function entryOf(file: string, path: string): ContextEntry {
  const stats = lstatSync(file);
  const target = stats.isSymbolicLink() ? readlinkSync(file) : undefined;
  return { path, file, bytes: stats.size, isExecutable: isExecutable(stats), ...(target !== undefined && { target }) };
}

function isExecutable({ mode }: Stats): boolean {
  return (mode & 0o100) !== 0;
}
