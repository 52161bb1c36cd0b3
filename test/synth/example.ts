import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "./stacks";

const ROOT = join(__dirname, "../..");
const run = promisify(execFile);

/** What a run leaves in an example's folder, which a fresh clone does not have. */
const LEFT_BY_RUNS = new Set(["node_modules", "cdktf.out", ".slipway"]);

/** A copy of an example in a folder of its own, with the repository's packages, as a user's project has them. */
export function copyExample(name: string, folder = join(temporaryFolder(), name)): string {
  cpSync(join(ROOT, "examples", name), folder, {
    recursive: true,
    filter: (source) => !LEFT_BY_RUNS.has(basename(source)),
  });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** Runs the app in a folder, with the library's sources in place of the built package. Returns every file it wrote, by its path. */
export async function synthesizeIn(
  folder: string,
  { context = {}, env = {} }: { context?: object; env?: Record<string, string> } = {},
): Promise<Record<string, string>> {
  await run(process.execPath, [require.resolve("tsx/cli"), "main.ts"], {
    cwd: folder,
    env: {
      ...process.env,
      ...env,
      CDKTF_CONTEXT_JSON: JSON.stringify(context),
      CDKTF_OUTDIR: "cdktf.out",
      TSX_TSCONFIG_PATH: join(ROOT, "tsconfig.check.json"),
    },
  });
  return filesIn(join(folder, "cdktf.out"));
}

/** Every file below a folder, by its path in it. */
export function filesIn(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, "utf8")]));
}
