import { type WorkerConfig, workerConfigSchema } from "../task/calls-config";
import {
  APP_CONTAINER,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  GATEWAY_CONTAINER,
} from "../task/container-definition";
import { type GatewayConfig, gatewayConfigSchema } from "../task/gateway-config";
import { LocalError } from "./local-error";
import type { TaskDefinition } from "./task";

interface Containers {
  readonly app: ContainerDefinition;
  readonly gateway: ContainerDefinition;
}

/** What a task definition consists of: a web endpoint's, or a worker's, which runs the calls of a function. */
export type TaskParts =
  | (Containers & { readonly role: "web"; readonly config: GatewayConfig })
  | (Containers & { readonly role: "worker"; readonly config: WorkerConfig });

export function taskParts(definition: TaskDefinition): TaskParts {
  const app = containerOf(definition, APP_CONTAINER);
  const gateway = containerOf(definition, GATEWAY_CONTAINER);
  return { app, gateway, ...roleOf(definition, gateway) };
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

function roleOf({ target, ...definition }: TaskDefinition, gateway: ContainerDefinition) {
  try {
    const config: unknown = definition.config ?? JSON.parse(environmentOf(gateway)[CONFIG_VARIABLE] ?? "null");
    return typeof config === "object" && config !== null && "worker" in config
      ? { role: "worker" as const, config: workerConfigSchema.parse(config) }
      : { role: "web" as const, config: gatewayConfigSchema.parse(config) };
  } catch (cause) {
    throw new LocalError(
      `${target}: ${CONFIG_VARIABLE} of its gateway is not a configuration that this version knows.`,
      {
        fix: "Deploy or synthesize again with this version of slipway.",
        cause,
      },
    );
  }
}
