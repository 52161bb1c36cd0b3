import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { testPython } from "./python-fixture";

export interface SlipwayOptions {
  /** The project: file name -> text. */
  readonly files?: Readonly<Record<string, string>>;
  /** Arguments of the interpreter. */
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly python?: string;
}

const DEADLINE_MS = 20_000;
const running = new Set<SlipwayProcess>();

/** An interpreter that runs in a project folder of its own. */
export class SlipwayProcess {
  /** All that it has written so far. */
  stdout = "";
  stderr = "";
  readonly exited: Promise<number | NodeJS.Signals>;
  private readonly child: ChildProcess;

  private constructor(
    readonly folder: string,
    python: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv,
  ) {
    this.child = spawn(python, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout!.setEncoding("utf8").on("data", (text) => {
      this.stdout += text;
    });
    this.child.stderr!.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
    this.exited = once(this.child, "close").then(([code, signal]) => signal ?? code);
    running.add(this);
  }

  static async start({ files = {}, args, env = {}, python }: SlipwayOptions): Promise<SlipwayProcess> {
    const environment = await testPython();
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "slipway-python-")));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const { PORT: _, ...shell } = process.env;
    // The variables that hide buffering are not passed on: whoever runs the package may not set them.
    const { PYTHONUNBUFFERED: __, ...variables } = { ...shell, ...environment.env };
    return new SlipwayProcess(folder, python ?? environment.python, args, { ...variables, ...env });
  }

  /** Waits until the condition holds, which is looked at whenever something is written. */
  async until<T>(what: string, condition: () => T | undefined | false | null): Promise<T> {
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    for (;;) {
      const value = condition();
      if (value) return value;
      if (deadline.aborted || this.child.exitCode !== null) {
        throw new Error(`${what}: not seen\nstdout: ${this.stdout}\nstderr: ${this.stderr}`);
      }
      const looked = new AbortController();
      const signal = AbortSignal.any([deadline, looked.signal]);
      const written = [this.child.stdout!, this.child.stderr!].map((stream) => once(stream, "data", { signal }));
      await Promise.race([...written, this.exited]).catch(() => {});
      for (const waiting of written) waiting.catch(() => {});
      looked.abort();
    }
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async remove(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
    rmSync(this.folder, { recursive: true, force: true });
    running.delete(this);
  }
}

/** Ends and removes everything that was started. */
export async function removeProcesses(): Promise<void> {
  await Promise.all([...running].map((process) => process.remove()));
}

export type Serving = { process: SlipwayProcess; url: string; port: number };

/** `python -m slipway serve --kind fastapi --handler app:… --port 0`, up to its ready line. */
export function serve(
  app: string,
  handler: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Serving> {
  return serveKind("fastapi", { "app.py": app }, handler, args, env);
}

export async function serveKind(
  kind: "fastapi" | "asgi" | "wsgi",
  files: Readonly<Record<string, string>>,
  handler: string,
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<Serving> {
  const process = await SlipwayProcess.start({
    files,
    args: ["-m", "slipway", "serve", "--kind", kind, "--handler", handler, "--port", "0", ...args],
    env,
  });
  const url = await process.until("the ready line", () => /http:\/\/127\.0\.0\.1:\d+/.exec(process.stdout)?.[0]);
  return { process, url, port: Number(new URL(url).port) };
}

/** Runs the command to its end. */
export async function run(
  options: SlipwayOptions,
): Promise<{ code: number | NodeJS.Signals; stdout: string; stderr: string; folder: string }> {
  const process = await SlipwayProcess.start(options);
  const timer = setTimeout(() => process.signal("SIGKILL"), DEADLINE_MS);
  const code = await process.exited;
  clearTimeout(timer);
  return { code, stdout: process.stdout, stderr: process.stderr, folder: process.folder };
}
