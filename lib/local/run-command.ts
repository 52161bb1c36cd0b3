import { type Exit, ProcessGroup } from "./process-group";

export interface CommandOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Called for every line that the program writes. */
  readonly onLine?: (line: string) => void;
  /** Ends the program and everything that it started; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface CommandResult extends Exit {
  /** All that it wrote, stdout and stderr in the order in which they came. */
  readonly lines: readonly string[];
}

const GRACE_MS = 2_000;

/** Runs a program to its end. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const { cwd, env, onLine, signal } = options;
  signal?.throwIfAborted();
  const lines: string[] = [];
  const group = new ProcessGroup({
    command,
    args,
    cwd,
    env,
    onLine: (line) => {
      lines.push(line);
      onLine?.(line);
    },
  });
  const abort = () => void group.terminate(GRACE_MS);
  signal?.addEventListener("abort", abort, { once: true });
  const exit = await group.exited;
  signal?.removeEventListener("abort", abort);
  signal?.throwIfAborted();
  return { ...exit, lines };
}
