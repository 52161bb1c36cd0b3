import { chmodSync, constants, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Hashed } from "./content-hash";
import { contextEntries } from "./context-entries";

/** Where a builder finds what it needs. */
export interface Staged {
  readonly dockerfile: string;
  readonly context: string;
}

/**
 * Lays out what an image is built with, in an empty folder: just what its hash is of, with the modes that are hashed. So a builder
 * has nothing to leave out, and no two of them can differ about it.
 */
export function stage({ dockerfile, localFiles }: Hashed, folder: string): Staged {
  const context = join(folder, "context");
  mkdirSync(context, { recursive: true });
  for (const { path, file, isExecutable, target } of contextEntries(localFiles)) {
    const place = join(context, path);
    mkdirSync(dirname(place), { recursive: true });
    if (target === undefined) {
      copyFileSync(file, place, constants.COPYFILE_FICLONE);
      chmodSync(place, isExecutable ? 0o755 : 0o644);
    } else {
      symlinkSync(target, place);
    }
  }
  const text = join(folder, "Dockerfile");
  writeFileSync(text, dockerfile);
  return { dockerfile: text, context };
}
