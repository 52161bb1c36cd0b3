import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { tieToThisProgram, untie } from "./lifeline";

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** `command` is a line for the shell. */
  readonly shell?: boolean;
  /** Every line that the program, or one it started, writes. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The program could not be started at all. */
  readonly error?: NodeJS.ErrnoException;
}

/** Enough for the end of a Python traceback. */
const TAIL_LINES = 30;

/** How long output of a program that has exited may still arrive. */
const LAST_OUTPUT_MS = 200;

/**
 * A running program and all the programs it starts, as one process group: nothing of it outlives the program, and the
 * terminal's own Ctrl-C does not reach it, so that the order of stopping is ours.
 */
export class ProcessGroup {
  /** Settles once the program is gone and its output has been read. Never rejects. */
  readonly exited: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly lastLines: string[] = [];
  private gone = false;

  constructor(private readonly program: Program) {
    const { command, args, cwd, env, shell = false } = program;
    this.child = spawn(command, args, { cwd, env, shell, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    if (this.child.pid !== undefined) tieToThisProgram(this.child.pid);
    this.read(this.child.stdout!, "stdout");
    this.read(this.child.stderr!, "stderr");
    this.exited = this.waitForExit();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** The last lines it wrote, for an error message. */
  get tail(): string {
    return this.lastLines.join("\n");
  }

  /**
   * SIGTERM to the program itself, as ECS signals only a container's first process; after the grace, or when it is
   * gone, SIGKILL to whatever is left of the group. A later call may shorten the grace.
   */
  async terminate(graceMs: number): Promise<Exit> {
    this.signal(this.child.pid, "SIGTERM");
    const timer = setTimeout(() => this.kill(), graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  kill(): void {
    this.signal(this.child.pid === undefined ? undefined : -this.child.pid, "SIGKILL");
  }

  private signal(pid: number | undefined, signal: NodeJS.Signals): void {
    if (this.gone || pid === undefined) return;
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended: ESRCH, or EPERM on macOS for a group of which only zombies are left.
    }
  }

  private read(stream: Readable, name: "stdout" | "stderr"): void {
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
      this.lastLines.push(line);
      if (this.lastLines.length > TAIL_LINES) this.lastLines.shift();
      this.program.onLine?.(line, name);
    });
  }

  private waitForExit(): Promise<Exit> {
    const { child } = this;
    return new Promise((resolve) => {
      child.once("error", (error) => {
        if (child.pid === undefined) resolve({ code: null, signal: null, error });
      });
      child.once("exit", (code, signal) => {
        this.kill();
        this.gone = true;
        untie(child.pid!);
        const done = () => resolve({ code, signal });
        const patience = setTimeout(done, LAST_OUTPUT_MS);
        child.once("close", () => {
          clearTimeout(patience);
          done();
        });
      });
    });
  }
}

/** "exited with code 1", "was ended by SIGKILL", "could not be started: there is no program foo". */
export function describeExit({ code, signal, error }: Exit): string {
  if (error) return `could not be started: ${startProblem(error)}`;
  return signal ? `was ended by ${signal}` : `exited with code ${code}`;
}

function startProblem({ code, path, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return `there is no program ${path}`;
  return code === "EACCES" ? `${path} may not be executed` : message;
}
