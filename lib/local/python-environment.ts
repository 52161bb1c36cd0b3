import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join, relative, resolve } from "node:path";
import { PYTHON_PACKAGES, type PythonKind } from "../image/python-image";
import { pythonPackage } from "../image/python-package";
import { LocalError } from "./local-error";
import { EnvironmentFolder, removeOutdated } from "./python-environment-folder";
import { findPython, type PythonInterpreter } from "./python-interpreter";
import { pipInstall } from "./python-pip";
import { readRequirements } from "./python-requirements";
import { runCommand } from "./run-command";

export interface PythonEnvironmentOptions {
  /** Where environments are kept, such as `<project>/.slipway`. */
  readonly folder: string;
  /** The code's folder: its `requirements.txt`, if there is one, is installed. */
  readonly source: string;
  /** What the environment has to serve. */
  readonly kinds: readonly PythonKind[];
  /** Called with one line per step while an environment is made; never called when there is one already. */
  readonly onProgress: (line: string) => void;
  /** Ends what is running, pip and the compilers it started too; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
}

export interface PythonEnvironment {
  /** The environment's interpreter; it can import `slipway`, the kinds' packages and the requirements. */
  readonly python: string;
  /** Variables for processes that run in it, to be laid over the caller's own. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A virtual environment for the code in `source`: made when there is none for this interpreter, these requirements and
 * these kinds, else found in milliseconds. Throws a LocalError for what the user can fix.
 */
export async function ensurePythonEnvironment(options: PythonEnvironmentOptions): Promise<PythonEnvironment> {
  const { kinds, onProgress, signal, env = process.env } = options;
  const folder = resolve(options.folder);
  const source = resolve(options.source);
  const interpreter = await findPython({ env, cwd: source, signal });
  const requirements = readRequirements(source);
  const packages = [...new Set(kinds.flatMap((kind) => PYTHON_PACKAGES[kind]))].sort();
  const installed = [...packages.map(nameOf), ...(requirements ? ["requirements.txt"] : [])];
  const key = {
    source: shortHash(relative(folder, source), 6),
    content: shortHash(
      [folder, interpreter.version, interpreter.prefix, requirements?.text, packages, pythonPackage()],
      10,
    ),
  };

  const ready = EnvironmentFolder.list(folder, key.source).find(
    ({ content, isComplete }) => content === key.content && isComplete,
  );
  if (ready) {
    ready.markUsed();
    return environmentIn(ready, env);
  }

  const started = Date.now();
  const report = (step: string) => onProgress(`${step} (${Math.round((Date.now() - started) / 1000)} s)`);
  makeIgnoredFolder(folder);
  const made = EnvironmentFolder.new(folder, key);
  const run = { cwd: source, env, signal };
  try {
    report(`making a Python ${interpreter.version} environment`);
    await makeVenv(interpreter, made.path, { ...run, withPip: installed.length > 0 });
    if (installed.length > 0) {
      report(`installing ${installed.join(", ")}`);
      await pipInstall({ ...run, python: made.python, packages, requirementsFile: requirements?.file, onStep: report });
    }
    made.markComplete();
  } catch (error) {
    await made.remove();
    throw error;
  }
  report("the Python environment is ready");
  await removeOutdated(folder, key);
  return environmentIn(made, env);
}

function makeIgnoredFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, ".gitignore");
  if (!existsSync(file)) writeFileSync(file, "*\n");
}

async function makeVenv(
  interpreter: PythonInterpreter,
  path: string,
  run: { cwd: string; env: NodeJS.ProcessEnv; signal: AbortSignal | undefined; withPip: boolean },
): Promise<void> {
  const { version, path: python } = interpreter;
  // Unpacking pip takes seconds.
  const flags = run.withPip ? [] : ["--without-pip"];
  const { code, lines } = await runCommand(python, ["-I", "-m", "venv", ...flags, path], run);
  if (code !== 0) {
    const output = lines.join("\n");
    // Debian's python3 comes without them.
    const missing = /ensurepip|No module named '?venv/.test(output);
    throw new LocalError(`Python ${version} (${python}) could not make a virtual environment.`, {
      fix: missing ? "A part of Python is missing; on Debian and Ubuntu: sudo apt install python3-venv" : undefined,
      output,
    });
  }
  const [major, minor] = version.split(".");
  const sitePackages = join(path, "lib", `python${major}.${minor}`, "site-packages");
  writeFileSync(join(sitePackages, "slipway.pth"), `${pythonPackage()}\n`);
}

function environmentIn({ path, python }: EnvironmentFolder, env: NodeJS.ProcessEnv): PythonEnvironment {
  return {
    python,
    env: {
      VIRTUAL_ENV: path,
      PATH: [join(path, "bin"), env.PATH].filter(Boolean).join(delimiter),
      PYTHONUNBUFFERED: "1",
      // Python takes a cached module for current when size and mtime in seconds agree: two quick edits can be one to it.
      PYTHONDONTWRITEBYTECODE: "1",
    },
  };
}

/** `fastapi>=0.115` -> `fastapi` */
function nameOf(requirement: string): string {
  return /^[\w.-]+/.exec(requirement)?.[0] ?? requirement;
}

function shortHash(content: unknown, length: number): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, length);
}
