import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalError } from "./local-error";
import { describeExit, ProcessGroup } from "./process-group";

export const PROJECT_FILE = "cdktf.json";

export interface SynthOptions {
  /** The folder of `cdktf.json`. */
  readonly folder: string;
  /** Emptied first. @default - `.slipway/synth` in the folder */
  readonly outdir?: string;
  readonly onOutput?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs the project's own app command, as `cdktf synth` does, into another folder: the project's own output folder,
 * where Terraform keeps its state of work, stays as it is. Neither Terraform nor the CDKTF command is needed.
 * @returns the output folder
 */
export async function synthesize({ folder, onOutput, signal, ...options }: SynthOptions): Promise<string> {
  const project = readProject(folder);
  const outdir = options.outdir ?? join(folder, ".slipway", "synth");
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  if (!options.outdir) writeFileSync(join(folder, ".slipway", ".gitignore"), "*\n");
  signal?.throwIfAborted();

  const errors: string[] = [];
  const app = new ProcessGroup({
    command: project.app,
    args: [],
    shell: true,
    cwd: folder,
    env: {
      ...process.env,
      ...(project.context !== undefined && { CDKTF_CONTEXT_JSON: JSON.stringify(project.context) }),
      CDKTF_OUTDIR: outdir,
    },
    onLine(line, stream) {
      if (stream === "stderr") errors.push(line);
      onOutput?.(line);
    },
  });
  const abort = () => app.kill();
  signal?.addEventListener("abort", abort);
  const exit = await app.exited;
  signal?.removeEventListener("abort", abort);
  signal?.throwIfAborted();
  if (exit.code !== 0) {
    throw new LocalError(`The app command of ${PROJECT_FILE} (${project.app}) ${describeExit(exit)}.`, {
      output: errors.join("\n") || app.tail,
    });
  }
  return outdir;
}

export interface Project {
  /** The command that synthesizes the app. */
  readonly app: string;
  /** What the app's constructs may read from their context. */
  readonly context?: unknown;
  /** Where `cdktf synth` writes, relative to the project. */
  readonly output: string;
}

/** What `cdktf.json` of a folder says. */
export function readProject(folder: string): Project {
  const file = join(folder, PROJECT_FILE);
  if (!existsSync(file)) {
    throw new LocalError(`There is no ${PROJECT_FILE} in ${folder}.`, {
      fix: "Run slipway in the folder of your CDKTF app, or name it: slipway dev path/to/app, slipway status --folder path/to/app",
    });
  }
  const { app, context, output } = parse(file);
  if (typeof app !== "string" || app.trim() === "") {
    throw new LocalError(`${file} has no "app" command.`, { fix: 'Add one, for example: "app": "npx tsx main.ts"' });
  }
  return { app, context, output: typeof output === "string" ? output : "cdktf.out" };
}

function parse(file: string): { app?: unknown; context?: unknown; output?: unknown } {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new LocalError(`${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
}
