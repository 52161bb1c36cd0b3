import { type ControlConfig, controlConfigSchema, type WorkerConfig, workerConfigSchema } from "../task/calls-config";
import {
  APP_CONTAINER,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  GATEWAY_CONTAINER,
} from "../task/container-definition";
import { CONTROL_CONTAINER } from "../task/control-task";
import { type GatewayConfig, gatewayConfigSchema } from "../task/gateway-config";
import { LocalError } from "./local-error";
import type { TaskDefinition } from "./task";

interface Containers {
  readonly app: ContainerDefinition;
  readonly gateway: ContainerDefinition;
}

/** What a task definition consists of: a web endpoint's; a worker's, which runs the calls of a function; the control service's. */
export type TaskParts =
  | (Containers & { readonly role: "web"; readonly config: GatewayConfig })
  | (Containers & { readonly role: "worker"; readonly config: WorkerConfig })
  | { readonly role: "control"; readonly gateway: ContainerDefinition; readonly config: ControlConfig };

export function taskParts(definition: TaskDefinition): TaskParts {
  const control = definition.containers.find(({ name }) => name === CONTROL_CONTAINER);
  if (control) {
    const config = readConfig(definition, control, (given) => controlConfigSchema.parse(given));
    return { role: "control", gateway: control, config };
  }
  const app = containerOf(definition, APP_CONTAINER);
  const gateway = containerOf(definition, GATEWAY_CONTAINER);
  return { app, gateway, ...readConfig(definition, gateway, roleOf) };
}

export function environmentOf({ environment }: Pick<ContainerDefinition, "environment">): Record<string, string> {
  const known = (environment ?? []).filter(({ value }) => value !== null);
  return Object.fromEntries(known.map(({ name, value }) => [name, value]));
}

/** What AWS has and this machine has not, by variable: secrets, and what is known only after a deployment (null in a manifest). */
export function absentVariables({ secrets = [], environment = [] }: ContainerDefinition): Map<string, string> {
  const late = environment.filter(({ value }) => value === null);
  return new Map([
    ...secrets.map(({ name }) => [name, `the secret ${name}`] as const),
    ...late.map(({ name }) => [name, `${name}, which is known only after a deployment,`] as const),
  ]);
}

function containerOf({ target, containers }: TaskDefinition, name: string): ContainerDefinition {
  const container = containers.find((candidate) => candidate.name === name);
  if (!container) throw new LocalError(`${target}: its task definition has no container "${name}".`);
  return container;
}

function roleOf(config: unknown) {
  return typeof config === "object" && config !== null && "worker" in config
    ? { role: "worker" as const, config: workerConfigSchema.parse(config) }
    : { role: "web" as const, config: gatewayConfigSchema.parse(config) };
}

function readConfig<T>(definition: TaskDefinition, gateway: ContainerDefinition, parse: (config: unknown) => T): T {
  try {
    return parse(definition.config ?? JSON.parse(environmentOf(gateway)[CONFIG_VARIABLE] ?? "null"));
  } catch (cause) {
    throw new LocalError(
      `${definition.target}: ${CONFIG_VARIABLE} of its gateway is not a configuration that this version knows.`,
      {
        fix: "Deploy or synthesize again with this version of slipway.",
        cause,
      },
    );
  }
}
