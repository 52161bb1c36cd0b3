import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import dockerignore from "@balena/dockerignore";

/** What nobody wants in an image: what is made anew anywhere, what is large, and what is secret. */
const NOBODY_WANTS = [
  "**/.git",
  "**/__pycache__",
  "**/*.py[cod]",
  "**/.venv",
  "**/venv",
  "**/.pytest_cache",
  "**/.mypy_cache",
  "**/.ruff_cache",
  "**/node_modules",
  "**/cdktf.out",
  "**/cdk.out",
  "**/.slipway",
  "**/.terraform",
  "**/*.tfstate",
  "**/*.tfstate.*",
  "**/.env",
  "**/.env.*",
  "**/.DS_Store",
  "**/.dockerignore",
];

/** Of the folder of an infrastructure app: what describes the image is nothing that runs in it. */
const APP_FILES = ["cdktf.json", "cdk.json", "*.ts", "package.json", "package-lock.json", "tsconfig.json"];

export interface Ignore {
  /** Whether a path, relative and posix, stays out. */
  ignores(path: string): boolean;
  /** Whether a folder that stays out may have something in it that does not. */
  mayHold(folder: string): boolean;
}

/** Of a folder whose files are added to an image: its own `.dockerignore` has the last word. */
export function folderIgnore(folder: string): Ignore {
  const isApp = existsSync(join(folder, "cdktf.json")) || existsSync(join(folder, "cdk.json"));
  return ignoreOf([...NOBODY_WANTS, ...(isApp ? APP_FILES : []), ...linesOf(join(folder, ".dockerignore"))]);
}

/** Of a Dockerfile's context: what the builder itself would leave out. */
export function contextIgnore(folder: string): Ignore {
  return ignoreOf(linesOf(join(folder, ".dockerignore")));
}

export function ignoreOf(lines: readonly string[]): Ignore {
  const matcher = dockerignore({ ignorecase: false }).add([...lines]);
  const hasExceptions = lines.some((line) => line.trim().startsWith("!"));
  return { ignores: (path) => matcher.ignores(path), mayHold: () => hasExceptions };
}

function linesOf(file: string): string[] {
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .replace(/^\uFEFF/, "")
        .split(/\r?\n/)
    : [];
}
