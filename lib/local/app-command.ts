import { basename } from "node:path";
import { APP_CONTAINER, type ContainerDefinition } from "../task/container-definition";
import { readRequirements } from "./python-requirements";
import type { TaskDefinition } from "./task";

/** Whether the command starts an interpreter of Python by its bare name. */
export function runsPython({ command: [command = ""] = [] }: Pick<ContainerDefinition, "command">): boolean {
  return basename(command) === command && /^python(3(\.\d+)?)?$/.test(command);
}

/** Whether Slipway serves the user's code, rather than a command of the user's own. */
export function isServedBySlipway(container: Pick<ContainerDefinition, "command">): boolean {
  return runsPython(container) && container.command!.slice(1, 4).join(" ") === "-m slipway serve";
}

/** Whether the app runs in a Python environment: `streamlit run app.py` needs what requirements.txt installs as well. */
export function needsPython({ containers, source }: TaskDefinition): boolean {
  const app = containers.find(({ name }) => name === APP_CONTAINER);
  return app !== undefined && (runsPython(app) || readRequirements(source) !== undefined);
}
