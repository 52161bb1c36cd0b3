import { stripVTControlCharacters } from "node:util";
import { ProcessGroup } from "../../lib/local/process-group";

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the command, and whatever it started, when it takes longer. */
  readonly deadlineMs: number;
  readonly onLine?: (line: string) => void;
}

export interface Finished {
  /** Null when it was ended or could not be started. */
  readonly code: number | null;
  /** All that it wrote, stdout and stderr in the order in which they came. */
  readonly lines: readonly string[];
}

/** Enough for terraform to write its state. */
const GRACE_MS = 10_000;

/** Runs a program to its end; nothing of it outlives this process. */
export async function run(options: Command): Promise<Finished> {
  const { command, args, cwd = process.cwd(), env = process.env, deadlineMs, onLine } = options;
  const lines: string[] = [];
  const hear = (written: string) => {
    const line = stripVTControlCharacters(written);
    lines.push(line);
    onLine?.(line);
  };
  const group = new ProcessGroup({ command, args, cwd, env, onLine: hear });
  const deadline = setTimeout(() => {
    hear(`Error: ${command} took longer than ${deadlineMs / 1000} s`);
    void group.terminate(GRACE_MS);
  }, deadlineMs);
  const { code } = await group.exited;
  clearTimeout(deadline);
  return { code, lines };
}
