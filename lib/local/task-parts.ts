import {
  APP_CONTAINER,
  CONFIG_VARIABLE,
  type ContainerDefinition,
  GATEWAY_CONTAINER,
} from "../task/container-definition";
import { type GatewayConfig, gatewayConfigSchema } from "../task/gateway-config";
import { LocalError } from "./local-error";
import type { TaskDefinition } from "./task";

/** What a web endpoint's task definition consists of. */
export interface TaskParts {
  readonly app: ContainerDefinition;
  readonly gateway: ContainerDefinition;
  readonly config: GatewayConfig;
}

export function taskParts(definition: TaskDefinition): TaskParts {
  const app = containerOf(definition, APP_CONTAINER);
  const gateway = containerOf(definition, GATEWAY_CONTAINER);
  return { app, gateway, config: configOf(definition, gateway) };
}

export function environmentOf(container: ContainerDefinition): Record<string, string> {
  const known = (container.environment ?? []).filter(({ value }) => value !== null);
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

function configOf({ target }: TaskDefinition, gateway: ContainerDefinition): GatewayConfig {
  try {
    return gatewayConfigSchema.parse(JSON.parse(environmentOf(gateway)[CONFIG_VARIABLE] ?? "null"));
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
