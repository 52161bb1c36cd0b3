import { createHash } from "node:crypto";
import { existsSync, type Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { type FSWatcher, watch } from "chokidar";

/** Editors write a file in several steps. */
const SETTLE_MS = 50;

/** Larger files are taken as changed whenever they are written. */
const COMPARED_BYTES = 1_000_000;

/** Made by tools, or by the app itself while it runs: none of it is code. */
const IGNORED_NAMES = new Set(["node_modules", "__pycache__", "cdktf.out"]);
const IGNORED_ENDINGS = /(~|\.(py[co]|log|tmp|sw[a-z]|(db|sqlite3?)(-journal|-wal|-shm)?|tfstate(\.backup)?))$/;

export interface SourceListener {
  onChange(files: readonly string[]): void;
  onError(error: Error): void;
}

/**
 * Tells which files changed in a set of folders, a few milliseconds after the last change. A file that is written again
 * with the same content has not changed: an app command that compiles would otherwise call for itself for ever.
 */
export class SourceWatcher {
  private readonly watcher: FSWatcher;
  private readonly written = new Set<string>();
  private readonly contents = new Map<string, string>();
  private timer?: NodeJS.Timeout;

  constructor(
    private folders: readonly string[],
    private readonly listener: SourceListener,
  ) {
    this.watcher = watch([...folders], {
      ignoreInitial: true,
      ignored: (path, stats) => this.isIgnored(path, stats),
    });
    this.watcher.on("all", (event, path) => {
      if (event !== "addDir") this.note(path);
    });
    // The system's limit of watched files, most often.
    this.watcher.on("error", (error) => this.listener.onError(error as Error));
  }

  /** Resolves when a change from now on is noticed. */
  async ready(): Promise<void> {
    await new Promise<void>((resolve) => this.watcher.once("ready", resolve));
  }

  /** Watches these folders, and no longer those that are not among them. */
  setFolders(folders: readonly string[]): void {
    const gone = this.folders.filter((folder) => !folders.includes(folder));
    const fresh = folders.filter((folder) => !this.folders.includes(folder));
    this.folders = folders;
    if (gone.length > 0) this.watcher.unwatch(gone);
    if (fresh.length > 0) this.watcher.add(fresh);
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    await this.watcher.close();
  }

  private note(path: string): void {
    this.written.add(path);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), SETTLE_MS);
  }

  private async tell(): Promise<void> {
    const written = [...this.written];
    this.written.clear();
    const isChanged = await Promise.all(written.map((path) => this.noteContent(path)));
    const changed = written.filter((_, i) => isChanged[i]);
    if (changed.length > 0 && !this.watcher.closed) this.listener.onChange(changed);
  }

  private async noteContent(path: string): Promise<boolean> {
    const known = this.contents.get(path);
    const content = await fingerprint(path);
    this.contents.set(path, content);
    return content !== known || content === "large";
  }

  private isIgnored(path: string, stats?: Stats): boolean {
    const name = basename(path);
    if (this.folders.includes(path)) return false;
    if (IGNORED_NAMES.has(name) || IGNORED_ENDINGS.test(name)) return true;
    if (name.startsWith(".")) return name !== ".env";
    return stats?.isDirectory() === true && existsSync(join(path, "pyvenv.cfg"));
  }
}

/** Whether the file is in the folder, at any depth. */
export function isInside(folder: string, file: string): boolean {
  return file.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

async function fingerprint(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    return size > COMPARED_BYTES
      ? "large"
      : createHash("sha256")
          .update(await readFile(path))
          .digest("hex");
  } catch {
    return "gone";
  }
}
