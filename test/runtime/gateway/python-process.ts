import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensurePythonEnvironment, type PythonEnvironment } from "../../../lib/local/python-environment";
import { onStop, until } from "./loopback";

const SOURCE = join(__dirname, "python");

/** How long making the environment may take where it is not cached yet. */
export const PYTHON_SETUP_MS = 300_000;

let environment: Promise<PythonEnvironment> | undefined;

/** A real environment with uvicorn and `websockets`, made once and kept for later runs. */
export function testPython(): Promise<PythonEnvironment> {
  environment ??= ensurePythonEnvironment({
    folder: join(tmpdir(), "slipway-gateway-tests"),
    source: SOURCE,
    kinds: ["fastapi"],
    onProgress: () => undefined,
  });
  return environment;
}

/** A Python program of the tests, running. */
export class PythonProcess {
  readonly lines: string[] = [];
  stderr = "";
  readonly exited: Promise<unknown>;

  private constructor(private readonly child: ChildProcess) {
    createInterface({ input: child.stdout! }).on("line", (line) => this.lines.push(line));
    child.stderr!.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.exited = once(child, "close");
    onStop(() => this.crash());
  }

  static async start(...args: readonly string[]): Promise<PythonProcess> {
    const { python, env } = await testPython();
    const child = spawn(python, args, {
      cwd: SOURCE,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return new PythonProcess(child);
  }

  /** Ends it at once, as a crash does. */
  async crash(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
  }

  /** Waits until it has printed so many lines, and returns the last of them. */
  async line(count: number, timeoutMs?: number): Promise<string> {
    const isOver = () => this.lines.length >= count || this.child.exitCode !== null;
    await until(isOver, `line ${count} of ${this.lines}`, timeoutMs);
    if (this.child.exitCode !== null) await this.exited;
    const line = this.lines[count - 1];
    if (line === undefined) throw new Error(`the program ended: ${this.stderr}`);
    return line;
  }
}
