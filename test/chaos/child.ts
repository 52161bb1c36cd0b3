import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Each line of its output, as it comes. */
  readonly onLine?: (line: string) => void;
}

const running = new Set<Child>();

/** A process that a run has started. What it says is passed on and not kept, but for the last of its complaints. */
export class Child {
  readonly exited: Promise<number | NodeJS.Signals>;
  private readonly process: ChildProcess;
  private complaints = "";

  constructor(command: string, args: readonly string[], { cwd, env, onLine }: ChildOptions = {}) {
    this.process = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let rest = "";
    this.process.stdout!.setEncoding("latin1").on("data", (text: string) => {
      if (onLine === undefined) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const line of lines) onLine(line);
    });
    this.process.stderr!.on("data", (text) => {
      this.complaints = (this.complaints + text).slice(-2000);
    });
    running.add(this);
    this.exited = once(this.process, "close").then(([code, signal]) => {
      running.delete(this);
      return signal ?? code;
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  get isRunning(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  get stderr(): string {
    return this.complaints;
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Ends it, whatever it thinks of that. */
  async end(): Promise<void> {
    this.kill("SIGKILL");
    await this.exited;
  }
}

/** For the way out: nothing that was started outlives the run. */
export function killAll(): void {
  for (const child of running) child.kill("SIGKILL");
}
