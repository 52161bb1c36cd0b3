import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { buildSync } from "esbuild";
import { processesWith } from "./processes";
import { until } from "./waiting";

const ROOT = join(__dirname, "../../..");

let program: string | undefined;

/** The command as one file, from today's sources: it starts faster than when each source is compiled at its start. */
function bundle(): string {
  const outfile = join(ROOT, "dist/test/cli.cjs");
  const partial = `${outfile}.${process.pid}`;
  buildSync({
    entryPoints: [join(ROOT, "lib/cli/main.ts")],
    outfile: partial,
    bundle: true,
    packages: "external",
    platform: "node",
    target: "node20",
    format: "cjs",
  });
  renameSync(partial, outfile);
  return outfile;
}

/** Runs a command on a terminal of its own. Nobody gives that a size: it has 0 columns until the command asks for more. */
const ON_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";

const running = new Set<CliProcess>();

/** The real command. */
export class CliProcess {
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  readonly exited: Promise<number | NodeJS.Signals>;
  private readonly child: ChildProcess;
  private hasEnded = false;
  /** In the environment of this process and of every one that it starts. */
  private readonly marker = `SLIPWAY_TEST_CLI=${randomUUID()}`;

  constructor(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    place: "pipe" | "terminal" = "pipe",
    folder?: string,
  ) {
    const [name, value] = this.marker.split("=") as [string, string];
    program ??= bundle();
    const command = [process.execPath, program, ...args];
    const [file, ...rest] = place === "terminal" ? ["python3", "-c", ON_TERMINAL, ...command] : command;
    this.child = spawn(file!, rest, {
      env: { ...process.env, ...env, [name]: value },
      cwd: folder,
      stdio: ["pipe", "pipe", "pipe"],
    });
    // What it does not read may be gone before this is written.
    this.child.stdin!.on("error", () => {});
    createInterface({ input: this.child.stdout! }).on("line", (line) => this.stdout.push(line));
    createInterface({ input: this.child.stderr! }).on("line", (line) => this.stderr.push(line));
    this.exited = new Promise((resolve) =>
      this.child.once("close", (code, signal) => {
        this.hasEnded = true;
        resolve(signal ?? code!);
      }),
    );
    running.add(this);
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Waits for a line of standard output. */
  async line(pattern: RegExp, withinMs = 20_000): Promise<string> {
    const find = () => {
      const line = this.stdout.find((line) => pattern.test(line));
      if (line === undefined && this.hasEnded) throw new Error(`the command ended before ${pattern}\n${this.output}`);
      return line;
    };
    return until(`${pattern}\n${this.output}`, find, withinMs);
  }

  /** All that it said. */
  get output(): string {
    return [...this.stdout, ...this.stderr].join("\n");
  }

  /** Its standard input, which ends only when this is ended. */
  get stdin(): Writable {
    return this.child.stdin!;
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Command lines of what it started and is still running. */
  left(): string[] {
    return processesWith(this.marker);
  }

  /** What watches for the end of a session sees it when it is over, and goes then. */
  async leavesNothing(): Promise<void> {
    const left = () => this.left();
    await until("nothing is left", () => left().length === 0).catch((error: Error) => {
      throw new Error(`${error.message}: ${left().join("\n")}`);
    });
  }

  /** Ends it, whatever the test came to: what it started follows. */
  async end(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exited;
    running.delete(this);
  }
}

export async function endAll(): Promise<void> {
  await Promise.all([...running].map((cli) => cli.end()));
}
