import type { ComputeSpec } from "../spec";
import { APP_CONTAINER, type ContainerDefinition, FUNCTION_LABEL, GATEWAY_CONTAINER } from "./container-definition";
import { type SecretReference, secretReference } from "./secret-reference";
import { GATEWAY_SHARE, type TaskSize } from "./size";

/** What the gateway needs beyond its drain deadline to close and exit, before ECS kills it. */
const EXIT_MARGIN = 10;

/** The app is stopped once the gateway has exited, with nothing in flight. ECS's own default. */
const APP_STOP_TIMEOUT = 30;

interface Place {
  readonly size: TaskSize;
  readonly region: string;
  readonly logGroup: string;
}

/** Where a container's lines go. Non-blocking: an app must not hang when CloudWatch Logs is slow. */
export function logsTo(logGroup: string, region: string, streamPrefix: string) {
  return {
    logDriver: "awslogs" as const,
    options: {
      "awslogs-group": logGroup,
      "awslogs-region": region,
      "awslogs-stream-prefix": streamPrefix,
      mode: "non-blocking",
      "max-buffer-size": "25m",
    },
  };
}

function common(name: string, { app, name: fn }: ComputeSpec, { logGroup, region }: Place) {
  return {
    name,
    essential: true,
    dockerLabels: { [FUNCTION_LABEL]: `${app}/${fn}` },
    logConfiguration: logsTo(logGroup, region, name),
  };
}

/** The user's own code: what of the task the gateway leaves. */
export function appContainer(
  spec: ComputeSpec & { readonly command: readonly string[] },
  place: Place,
  environment: Readonly<Record<string, string>>,
): ContainerDefinition {
  const { size } = place;
  const secrets = secretsOf(spec);
  return {
    ...common(APP_CONTAINER, spec, place),
    image: spec.image,
    command: spec.command,
    cpu: size.cpuUnits - GATEWAY_SHARE.cpuUnits,
    memoryReservation: size.memoryMiB - GATEWAY_SHARE.memoryMiB,
    environment: variables(environment),
    ...(secrets.length > 0
      ? { secrets: secrets.map(({ variable, valueFrom }) => ({ name: variable, valueFrom })) }
      : {}),
    stopTimeout: APP_STOP_TIMEOUT,
    readonlyRootFilesystem: spec.readOnlyRoot,
    linuxParameters: { initProcessEnabled: true },
  };
}

/** The gateway beside it, with the ports that others in the network reach. */
export function gatewayContainer(
  spec: ComputeSpec,
  image: string,
  place: Place,
  { environment, ports }: { environment: Readonly<Record<string, string>>; ports: readonly number[] },
): ContainerDefinition {
  return {
    ...common(GATEWAY_CONTAINER, spec, place),
    image,
    cpu: GATEWAY_SHARE.cpuUnits,
    memoryReservation: GATEWAY_SHARE.memoryMiB,
    environment: variables(environment),
    portMappings: portMappings(ports),
    // ECS stops containers in reverse order of dependsOn: the gateway drains while the app still runs.
    dependsOn: [{ containerName: APP_CONTAINER, condition: "START" }],
    stopTimeout: spec.drainTimeout + EXIT_MARGIN,
    // ECS Exec's agent writes into every container of the task.
    readonlyRootFilesystem: !spec.exec,
    linuxParameters: { initProcessEnabled: true },
  };
}

export function portMappings(ports: readonly number[]): NonNullable<ContainerDefinition["portMappings"]> {
  return ports.map((port) => ({ containerPort: port, hostPort: port, protocol: "tcp" }));
}

export function secretsOf({ secrets }: ComputeSpec): SecretReference[] {
  return Object.entries(secrets).map(([variable, arn]) => secretReference(variable, arn));
}

/** Sorted, as ECS returns them: the plan stays empty. */
export function variables(values: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(values)
    .map(([name, value]) => ({ name, value }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
