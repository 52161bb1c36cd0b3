import { ProcessGroup, type Program } from "./process-group";
import type { TaskDefinition, TaskWatcher } from "./task";

/** How a container is started here, without what its task decides. */
export type ContainerProgram = Pick<Program, "command" | "args" | "env">;

/** Starts a container's process. */
export type RunContainer = (container: string, program: ContainerProgram) => ProcessGroup;

/** Starts a task's containers in its source folder; what they write is told to the task's watcher. */
export function containersOf(
  { target, source }: TaskDefinition,
  { onLog }: Pick<TaskWatcher, "onLog">,
  environment: Readonly<Record<string, string>>,
): RunContainer {
  return (container, program) =>
    new ProcessGroup({
      ...program,
      env: { ...program.env, ...environment },
      cwd: source,
      onLine: (line, stream) => onLog({ target, container, stream, line }),
    });
}
