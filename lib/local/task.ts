import type { ContainerDefinition } from "../task/container-definition";

/** What runs: a task definition in ECS's own shape, and the folder that holds its code on this machine. */
export interface TaskDefinition {
  /** `<app>/<name>` of the function, or a name for what is none. */
  readonly target: string;
  readonly containers: readonly ContainerDefinition[];
  /** The gateway's configuration, where its container's variable has values that are known only after a deployment. */
  readonly config?: object;
  /** The app container's working directory: an absolute path. For a task without an app, any folder. */
  readonly source: string;
}

export interface LogLine {
  readonly target: string;
  readonly container: string;
  readonly stream: "stdout" | "stderr";
  readonly line: string;
}

export interface TaskWatcher {
  onLog(line: LogLine): void;
  onWarning(message: string): void;
  /** Ends what runs of the function; called just before a start where two tasks of it cannot run beside each other. */
  makeRoom(): Promise<void>;
  /** Gives up a start that is still under way. */
  readonly signal?: AbortSignal;
}

/** A task that is ready for requests, or for calls. */
export interface RunningTask {
  /** Where its gateway takes requests, on loopback; undefined for a task that takes none. */
  readonly port?: number;
  /** Settles when the task ends without having been stopped. Never rejects. */
  readonly failed: Promise<Error>;
  /** Lets what is in flight finish, then ends the task; by force after the grace. A later call may shorten the grace. */
  stop(graceMs: number): Promise<void>;
}

/** The one door to whatever runs tasks. */
export interface TaskStarter {
  /** The port on which only this app can listen; tasks that need the same one cannot run beside each other. Never throws. */
  ownPort(definition: TaskDefinition): number | undefined;

  /** Resolves when the task is ready; rejects, with nothing left running, when it cannot be. */
  start(definition: TaskDefinition, watcher: TaskWatcher): Promise<RunningTask>;
}
