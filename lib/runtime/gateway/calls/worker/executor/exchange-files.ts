import { createHash } from "node:crypto";
import { constants, createWriteStream } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { AttemptKey } from "./protocol";

/** The executor may be another user, and only reads. */
const INPUT_MODE = 0o644;

/** The file is not what it should be. */
export class FileProblem extends Error {}

/** A result's file, open: nobody can put another one in its place. */
export interface ResultFile {
  readonly bytes: number;
  text(): Promise<string>;
  sha256(): Promise<string>;
  stream(): Readable;
  close(): Promise<void>;
}

/** Large arguments and results, which gateway and executor exchange as files beside the socket. */
export class ExchangeFiles {
  private readonly folder: string;

  constructor(socket: string) {
    this.folder = dirname(socket);
  }

  /** Writes an attempt's arguments as they come, and returns the file's path and the SHA-256 of what is in it. */
  async writeInput({ call, attempt }: AttemptKey, body: Readable, signal: AbortSignal) {
    const path = this.inputPath({ call, attempt });
    const hash = createHash("sha256");
    // What a try before left; and whoever else writes into the folder must not lead this elsewhere.
    await this.remove(path);
    body.on("data", (chunk) => hash.update(chunk));
    await pipeline(body, createWriteStream(path, { flags: "wx", mode: INPUT_MODE }), { signal });
    return { path, sha256: hash.digest("hex") };
  }

  inputPath({ call, attempt }: AttemptKey): string {
    return join(this.folder, `${call}.${attempt}.in`);
  }

  /** Directly in the socket's folder, and written in one way only. */
  isResultPath(path: string): boolean {
    return dirname(path) === this.folder && join(path) === path;
  }

  async openResult(path: string): Promise<ResultFile> {
    // No link to elsewhere, and no pipe that would keep whoever opens it waiting.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    let file: FileHandle;
    try {
      file = await open(path, flags);
    } catch (error) {
      throw new FileProblem(`the result's file cannot be read: ${(error as NodeJS.ErrnoException).code}`);
    }
    const stat = await file.stat();
    if (!stat.isFile() || stat.size === 0) {
      await file.close();
      throw new FileProblem("the result's file is empty, or no file");
    }
    const bytes = stat.size;
    const stream = () => file.createReadStream({ start: 0, end: bytes - 1, autoClose: false });
    return {
      bytes,
      text: async () => Buffer.concat(await stream().toArray()).toString("utf8"),
      sha256: async () => {
        const hash = createHash("sha256");
        for await (const chunk of stream()) hash.update(chunk);
        return hash.digest("hex");
      },
      stream,
      close: () => file.close(),
    };
  }

  async remove(path: string): Promise<void> {
    await rm(path, { force: true }).catch(() => undefined);
  }
}
