import { LocalError } from "./local-error";
import { describeExit, type Exit, type ProcessGroup } from "./process-group";
import type { RunningTask } from "./task";

/** Once its gateway is gone nobody talks to the app any more. */
const APP_GRACE_MS = 3_000;

/** The processes of a running task: its gateway, and its app if it has one. */
export class TaskProcesses implements RunningTask {
  readonly failed: Promise<Error>;
  private stopped = false;

  constructor(
    target: string,
    /** Where the gateway takes requests; none for a task that takes no requests. */
    readonly port: number | undefined,
    private readonly processes: { readonly app?: ProcessGroup; readonly gateway: ProcessGroup },
    private readonly release: () => void | Promise<void>,
  ) {
    this.failed = new Promise((resolve) => {
      for (const [name, group] of Object.entries(processes)) {
        group.exited.then((exit) => {
          if (this.stopped) return;
          const fix = fixForExit(exit);
          resolve(new LocalError(`${target}: the ${name} ${describeExit(exit)}.`, { fix, output: group.tail }));
        });
      }
    });
  }

  /** The gateway first, as ECS does it: what is in flight still needs the app. */
  async stop(graceMs: number): Promise<void> {
    this.stopped = true;
    const { app, gateway } = this.processes;
    await gateway.terminate(graceMs);
    await app?.terminate(Math.min(graceMs, APP_GRACE_MS));
    await this.release();
  }
}

/** @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02 */
const COMMAND_NOT_FOUND = 127;

function fixForExit({ error, code }: Exit): string | undefined {
  if (error?.code === "ENOENT" || code === COMMAND_NOT_FOUND) {
    return "Install it on this machine, or correct the construct's command.";
  }
  if (error?.code === "EACCES") return `chmod +x ${error.path}`;
  // A container ends with its first process, whatever that left running in the background.
  return code === 0 ? "The command has to run as long as the server does: start it in the foreground." : undefined;
}
