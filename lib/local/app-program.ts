import type { ContainerDefinition } from "../task/container-definition";
import { needsPython, runsPython } from "./app-command";
import { givenValues } from "./given-values";
import { LocalError } from "./local-error";
import type { PythonEnvironment } from "./python-environment";
import type { ContainerProgram } from "./run-container";
import type { TaskDefinition, TaskWatcher } from "./task";
import { absentVariables, environmentOf } from "./task-parts";

export interface AppProgramOptions {
  /** Secrets and late values that the shell does not have are read from here. */
  readonly dotenvFile?: string;
  /** The environment for a task's code; asked only where that runs Python or has requirements. */
  python(definition: TaskDefinition): Promise<PythonEnvironment>;
}

/** How an app is started here: its container's command, with values for what only AWS has. */
export async function appProgram(
  definition: TaskDefinition,
  container: ContainerDefinition,
  watcher: Pick<TaskWatcher, "onWarning">,
  options: AppProgramOptions,
): Promise<ContainerProgram> {
  const [command, ...args] = container.command ?? [];
  if (command === undefined) {
    throw new LocalError(`${definition.target}: its container "${container.name}" has no command to run here.`, {
      fix: "Only a command in the task definition can run locally; one that is built into the image cannot.",
    });
  }
  const absent = absentVariables(container);
  const { dotenvFile } = options;
  const given = givenValues([...absent.keys()], process.env, dotenvFile);
  for (const name of given.missing) {
    const fix = `Export ${name}${dotenvFile ? `, or put it into ${dotenvFile}` : ""}.`;
    watcher.onWarning(`${definition.target}: ${absent.get(name)} has no value here. ${fix}`);
  }
  const python = needsPython(definition) ? await options.python(definition) : undefined;
  return {
    command: python && runsPython(container) ? python.python : command,
    args,
    env: { ...process.env, ...python?.env, ...environmentOf(container), ...given.values },
  };
}
