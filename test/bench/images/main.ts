import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Image } from "../../../lib/image";

/** What every synth does for each image: the hash of its files, beside coreutils' for the same ones. */
const FILES = 1000;
const ROUNDS = 7;
const SIZES = [8, 512].map((kib) => kib * 1024);

const root = mkdtempSync(join(tmpdir(), "slipway-bench-images-"));
try {
  for (const bytes of SIZES) {
    const folder = join(root, String(bytes));
    fill(folder, bytes);
    const before = peakMiB();
    const ours = median(() => Image.fromRegistry("base").addLocalDir(folder, "/app").contentHash);
    const grown = peakMiB() - before;
    const theirs = median(() =>
      execFileSync("sh", ["-c", "find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum"], { cwd: folder }),
    );
    const line = [
      `${FILES} files of ${bytes / 1024} KiB`,
      `${ours.toFixed(0)} ms`,
      `${(ours / theirs).toFixed(2)} x find | sha256sum (${theirs.toFixed(0)} ms)`,
      `${grown.toFixed(1)} MiB more memory`,
    ];
    process.stdout.write(`${line.join(", ")}\n`);
  }
} finally {
  rmSync(root, { recursive: true });
}

function fill(folder: string, bytes: number): void {
  for (let i = 0; i < FILES; i++) {
    const place = join(folder, `package${i % 40}`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, `module${i}.py`), randomBytes(bytes));
  }
}

/** The most that this process has had. */
function peakMiB(): number {
  return process.resourceUsage().maxRSS / 1024;
}

/** Milliseconds. */
function median(work: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!;
}
