import { isEndpoint, type Manifest } from "../manifest/schema";
import { nearest } from "../naming";
import { APP_CONTAINER, GATEWAY_CONTAINER } from "../task/container-definition";
import { DeployedError } from "./deployed-error";

export const CONTAINERS = [APP_CONTAINER, GATEWAY_CONTAINER] as const;
export type ContainerName = (typeof CONTAINERS)[number];

/** An endpoint as the manifest has it: by these names it is found in AWS. */
export interface Endpoint {
  /** `<app>/<name>` */
  readonly target: string;
  readonly name: string;
  readonly label: string;
  readonly stack: string;
  readonly region: string;
  /** The construct's. */
  readonly path: string;
  /** null where only AWS knows the load balancer's name. */
  readonly url: string | null;
  /** null where it is known only after apply. */
  readonly cluster: string | null;
  readonly service: string | null;
  /** Where each container's lines go; none for another log driver. */
  readonly logs: Readonly<Partial<Record<ContainerName, LogStream>>>;
  /** ECS Exec, as the construct asks for it. */
  readonly exec: boolean;
}

export interface LogStream {
  readonly group: string;
  /** A task's stream is `<prefix>/<container>/<task id>`. */
  readonly prefix: string;
}

export function endpointsOf(manifests: readonly Manifest[], onlyRegion?: string): Endpoint[] {
  const chosen = manifests.filter(({ platform }) => onlyRegion === undefined || platform.region === onlyRegion);
  if (chosen.length === 0) {
    const regions = new Set(manifests.map(({ platform }) => platform.region));
    throw new DeployedError(`No stack of this app deploys to ${onlyRegion}.`, {
      fix: `Choose one of: ${[...regions].sort().join(", ")}`,
    });
  }
  return chosen.flatMap(({ stack, platform: { region, cluster }, functions }) =>
    functions.filter(isEndpoint).map(({ app, name, label, path, urls, service, spec, task }) => ({
      target: `${app}/${name}`,
      name,
      label,
      stack,
      region,
      path,
      url: urls[0] ?? null,
      cluster,
      service,
      logs: Object.fromEntries(
        task.containers.flatMap((container) => {
          const options = container.logConfiguration?.options ?? {};
          const { "awslogs-group": group, "awslogs-stream-prefix": prefix } = options;
          return group && prefix ? [[container.name, { group, prefix }]] : [];
        }),
      ),
      exec: spec.exec === true,
    })),
  );
}

/** The endpoints of these names, which may be targets, names or labels; all of them when none is named. */
export function endpointsNamed(endpoints: readonly Endpoint[], names: readonly string[]): Endpoint[] {
  if (names.length === 0) return [...endpoints];
  const wanted = new Set(names.flatMap((name) => matching(endpoints, name)));
  return endpoints.filter((endpoint) => wanted.has(endpoint));
}

/** The one endpoint of this name. */
export function endpointNamed(endpoints: readonly Endpoint[], name: string): Endpoint {
  const [first, ...others] = matching(endpoints, name);
  if (others.length === 0) return first!;
  const all = [first!, ...others];
  const isOneTarget = new Set(all.map(({ target }) => target)).size === 1;
  const choices = all.map(({ target, stack }) => (isOneTarget ? `--stack ${stack}` : target));
  throw new DeployedError(`There are ${all.length} endpoints "${name}".`, {
    fix: `Choose one: ${choices.join(", ")}`,
  });
}

function matching(endpoints: readonly Endpoint[], name: string): Endpoint[] {
  const found = endpoints.filter(({ target }) => target === name);
  const byPart = endpoints.filter((endpoint) => endpoint.name === name || endpoint.label === name);
  if (found.length > 0 || byPart.length > 0) return found.length > 0 ? found : byPart;
  const known = [...new Set(endpoints.map(({ target }) => target))];
  const close = nearest(name, known) ?? nearest(name, [...new Set(endpoints.map((endpoint) => endpoint.name))]);
  throw new DeployedError(`There is no endpoint "${name}".`, {
    fix: close ? `Did you mean ${close}?` : `There are: ${known.join(", ") || "none"}`,
  });
}
