import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import type { LocalFiles } from "../local-files";
import { contextEntries } from "./context-entries";

export interface Hashed {
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly localFiles: readonly LocalFiles[];
}

/** One for all files: a context of any size takes no more memory. */
const buffer = Buffer.allocUnsafe(256 * 1024);

/** SHA-256, in hex. Changing what goes into it builds and deploys every image anew. */
export function contentHash({ dockerfile, buildArgs, localFiles }: Hashed): string {
  const hash = createHash("sha256");
  const args = Object.entries(buildArgs).sort(([a], [b]) => (a < b ? -1 : 1));
  hash.update(`${JSON.stringify(["slipway image", 1, dockerfile, args])}\n`);
  for (const { path, file, isExecutable, target } of contextEntries(localFiles)) {
    const what = target !== undefined ? ["link", target] : [isExecutable ? "program" : "file", fileDigest(file)];
    hash.update(`${JSON.stringify([path, ...what])}\n`);
  }
  return hash.digest("hex");
}

function fileDigest(file: string): string {
  const hash = createHash("sha256");
  const descriptor = openSync(file, "r");
  try {
    for (let read = readSync(descriptor, buffer); read > 0; read = readSync(descriptor, buffer)) {
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    closeSync(descriptor);
  }
  return hash.digest("hex");
}
