import { LocalError } from "./local-error";
import { runCommand } from "./run-command";

export interface PipInstall {
  readonly python: string;
  /** Where relative paths in the requirements start. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly packages: readonly string[];
  readonly requirementsFile?: string;
  /** Called with each step as a person reads it: `downloading torch (800 MB)`. */
  readonly onStep: (step: string) => void;
  readonly signal?: AbortSignal;
}

/** Installs all in one resolution, so that the user's pins and the kinds' packages agree, or their conflict is told. */
export async function pipInstall(install: PipInstall): Promise<void> {
  const { python, cwd, env, packages, requirementsFile, onStep, signal } = install;
  const wanted = [...(requirementsFile ? ["-r", requirementsFile] : []), ...packages];
  if (wanted.length === 0) return;
  let lastStep: string | undefined;
  const { code, lines } = await runCommand(
    python,
    // -I keeps the user's modules and PYTHONPATH away from pip; -u brings its lines as they are written.
    ["-I", "-u", "-m", "pip", "install", ...flags(env), ...wanted],
    {
      cwd,
      // A pip.conf with `user = true` is refused inside a virtual environment.
      env: { ...env, PIP_USER: "0" },
      signal,
      onLine: (line) => {
        const step = describeStep(line);
        if (step && step !== lastStep) onStep(step);
        lastStep = step ?? lastStep;
      },
    },
  );
  if (code !== 0) {
    throw new LocalError(`pip could not install the packages for ${cwd}.`, {
      fix: fixFor(lines),
      output: meaningful(lines),
    });
  }
}

/** pip's own defaults try five times for 15 s each: minutes, until an index that cannot be reached is told. */
function flags(env: NodeJS.ProcessEnv): string[] {
  return [
    "--disable-pip-version-check",
    "--no-input",
    "--progress-bar=off",
    ...(env.PIP_RETRIES ? [] : ["--retries=1"]),
    ...(env.PIP_DEFAULT_TIMEOUT || env.PIP_TIMEOUT ? [] : ["--timeout=15"]),
  ];
}

const STEPS: ReadonlyArray<readonly [RegExp, (match: RegExpExecArray) => string]> = [
  [/^Collecting ([\w.-]+)/, ([, name]) => `collecting ${name}`],
  [/^Downloading (?:\S*\/)?(\S+)( \([\d.]+ \w?B\))?/, ([, file, size = ""]) => `downloading ${file}${size}`],
  [/^Building wheel for (\S+) .*started$/, ([, name]) => `building ${name}`],
  [/^Installing collected packages: (.+)/, ([, names = ""]) => `installing ${names.split(",").length} packages`],
  [/^WARNING: Retrying/, () => "the package index does not answer; trying again"],
];

/** A line of pip's output as a person reads it; undefined for what says nothing new. */
function describeStep(line: string): string | undefined {
  for (const [pattern, describe] of STEPS) {
    const match = pattern.exec(line.trim());
    if (match) return describe(match);
  }
  return undefined;
}

const UNREACHABLE = /after connection broken by|Could not fetch URL/;
const CHATTER =
  /^$|^WARNING: (Retrying|Location)|^\[notice\]|^(Looking in|Collecting|Processing|Downloading|Using cached|Requirement already|Obtaining|Preparing|Installing|Getting|Building|INFO:)/;
const LINES_SHOWN = 12;

function meaningful(lines: readonly string[]): string {
  return lines
    .filter((line) => !CHATTER.test(line.trim()))
    .slice(-LINES_SHOWN)
    .join("\n");
}

function fixFor(lines: readonly string[]): string {
  const output = lines.join("\n");
  if (UNREACHABLE.test(output)) {
    return "The package index cannot be reached: check the network, the proxy (HTTPS_PROXY) and pip's index (PIP_INDEX_URL).";
  }
  if (/No matching distribution|Invalid requirement|Could not open requirements/.test(output)) {
    return "Check the names and versions in requirements.txt.";
  }
  if (/ResolutionImpossible|conflicting dependencies/.test(output)) {
    return "Loosen one of the versions in requirements.txt.";
  }
  return "Fix what pip says above; the same command runs again at the next start.";
}
