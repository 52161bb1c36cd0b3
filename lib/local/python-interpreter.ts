import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { LocalError } from "./local-error";
import { runCommand } from "./run-command";

/** An interpreter that can run the `slipway` package. */
export interface PythonInterpreter {
  /** Absolute path. */
  readonly path: string;
  /** `3.11.7` */
  readonly version: string;
  /** Where this Python is installed; the same for an interpreter and for the virtual environments made from it. */
  readonly prefix: string;
}

export interface InterpreterSearch {
  readonly env: NodeJS.ProcessEnv;
  /** Where the candidates are asked for their version: pyenv and its like choose by folder. */
  readonly cwd: string;
  readonly signal?: AbortSignal;
}

const OLDEST_MINOR = 10;
const COMMANDS = ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];
const PROBE = "import sys; print('%d.%d.%d' % sys.version_info[:3]); print(getattr(sys, 'base_prefix', sys.prefix))";
const HOW_TO_INSTALL =
  "Install Python (macOS: brew install python; Debian, Ubuntu: sudo apt install python3 python3-venv; " +
  "others: https://www.python.org/downloads/), or set SLIPWAY_PYTHON to the path of one.";

/** The first Python 3.10 or newer: `SLIPWAY_PYTHON` when it is set, else what the usual names find on PATH. */
export async function findPython(search: InterpreterSearch): Promise<PythonInterpreter> {
  const chosen = search.env.SLIPWAY_PYTHON;
  return chosen ? usePython(chosen, search) : discoverPython(search);
}

async function usePython(chosen: string, search: InterpreterSearch): Promise<PythonInterpreter> {
  const path = chosen.includes("/") ? resolve(search.cwd, chosen) : onPath(chosen, search.env);
  const refuse = (what: string) =>
    new LocalError(`SLIPWAY_PYTHON is "${chosen}", which ${what}.`, {
      fix: `Set it to the path of Python 3.${OLDEST_MINOR} or newer, or unset it.`,
    });
  if (!path || !isExecutable(path)) throw refuse("is no program");
  const python = await probe(path, search);
  if (!python) throw refuse("does not run as a Python");
  if (!isRecent(python)) throw refuse(`is Python ${python.version}`);
  return python;
}

async function discoverPython(search: InterpreterSearch): Promise<PythonInterpreter> {
  const tooOld: PythonInterpreter[] = [];
  for (const command of COMMANDS) {
    const path = onPath(command, search.env);
    const python = path && (await probe(path, search));
    if (!python) continue;
    if (isRecent(python)) return python;
    tooOld.push(python);
  }
  const found = tooOld.map(({ path, version }) => `${version} (${path})`).join(", ") || "none";
  throw new LocalError(`Python 3.${OLDEST_MINOR} or newer is needed; on PATH there is ${found}.`, {
    fix: HOW_TO_INSTALL,
  });
}

function onPath(command: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => resolve(join(folder, command))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Undefined for what is no working Python, such as a version manager's shim for a version that is not installed. */
async function probe(path: string, { env, cwd, signal }: InterpreterSearch): Promise<PythonInterpreter | undefined> {
  const { code, lines } = await runCommand(path, ["-E", "-c", PROBE], { cwd, env, signal });
  const [version = "", prefix = ""] = lines;
  return code === 0 && /^\d+\.\d+\.\d+$/.test(version) ? { path, version, prefix } : undefined;
}

function isRecent({ version }: PythonInterpreter): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 3 || (major === 3 && minor >= OLDEST_MINOR);
}
