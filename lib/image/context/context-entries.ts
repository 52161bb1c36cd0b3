import { existsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, posix, sep } from "node:path";
import { refusal } from "../checks";
import type { LocalFiles } from "../local-files";
import { contextIgnore, folderIgnore } from "./ignore";
import { requirementsFiles } from "./requirements";
import { type ContextEntry, entryOf, walk } from "./walk";

/** More than this is no code: it would be sent to the builder and to the registry at each change. */
const MOST_BYTES = 2 * 1024 ** 3;

const NAMED = 10;

/** All that an image is built with, in the order of its paths. Reads no file but requirements and `.dockerignore`. */
export function contextEntries(locals: readonly LocalFiles[]): ContextEntry[] {
  const entries = locals.flatMap(entriesOf);
  checkSize(locals, entries);
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function entriesOf(local: LocalFiles): ContextEntry[] {
  const { by, kind, from, at } = local;
  const isFolder = kind === "folder" || kind === "context";
  if (!existsSync(from) || statSync(from).isDirectory() !== isFolder) {
    const fix = "Name it relative to the folder that the process runs in, or by __dirname";
    throw refusal(by, { prop: "path", value: from, message: `is no ${isFolder ? "folder" : "file"}`, fix });
  }
  if (kind === "requirements") {
    return requirementsFiles(local).map((name) =>
      entryOf(join(dirname(from), name), `${at}/${name.replaceAll(sep, "/")}`),
    );
  }
  if (kind === "file") return [entryOf(from, `${at}/${basename(from)}`)];
  const ignore = kind === "context" ? contextIgnore(from) : folderIgnore(from);
  const entries = [...walk(from, ignore)];
  if (kind === "folder") checkLinks(by, entries);
  return at === "" ? entries : entries.map((entry) => ({ ...entry, path: `${at}/${entry.path}` }));
}

function checkSize(locals: readonly LocalFiles[], entries: readonly ContextEntry[]): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes <= MOST_BYTES) return;
  const largest = [...entries].sort((a, b) => b.bytes - a.bytes).slice(0, NAMED);
  const list = largest.map(({ file, bytes }) => `${inMiB(bytes)} ${file}`).join("\n  ");
  throw refusal(locals.find(({ kind }) => kind === "folder" || kind === "context")?.by ?? locals[0]!.by, {
    prop: "path",
    value: undefined,
    message: `the image would be built with ${inMiB(bytes)} of files, and ${inMiB(MOST_BYTES)} are the most. The largest are\n  ${list}\n`,
    fix: "Name what the code does not need in .dockerignore, and keep weights and data in a bucket or a volume",
  });
}

/** What points out of its folder points to nothing in the image. */
function checkLinks(by: string, entries: readonly ContextEntry[]): void {
  const escaping = entries.filter(({ path, target }) => {
    if (target === undefined) return false;
    return isAbsolute(target) || posix.join(posix.dirname(path), target.replaceAll(sep, "/")).startsWith("../");
  });
  if (escaping.length === 0) return;
  throw refusal(
    by,
    ...escaping.map(({ file, target }) => ({
      prop: "path",
      value: file,
      message: `is a link to ${target}, outside the folder: in the image there would be nothing`,
      fix: "Put the file itself there, or name the link in .dockerignore",
    })),
  );
}

function inMiB(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MiB`;
}
