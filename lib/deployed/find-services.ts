import type { ECSClient } from "@aws-sdk/client-ecs";
import { DeployedError } from "./deployed-error";
import { describeServices, listClusters, type Service } from "./ecs";
import type { Endpoint } from "./endpoint";
import { groupBy } from "./group-by";

export type FoundService = Service | "no cluster" | "no service";

/**
 * The service of every endpoint, by the names that the manifest has. A cluster whose name only Terraform knows is looked for:
 * a service's name has the workspace, the environment and the region in its hash, so it is the same in no other cluster.
 */
export async function findServices(
  ecs: ECSClient,
  endpoints: readonly Endpoint[],
): Promise<Map<Endpoint, FoundService>> {
  const found = new Map<Endpoint, FoundService>();
  for (const [cluster, some] of groupBy(endpoints, (endpoint) => endpoint.cluster)) {
    const names = some.map(serviceName);
    const clusters = cluster === null ? await listClusters(ecs) : [cluster];
    const services = await Promise.all(clusters.map((one) => describeServices(ecs, one, names)));
    for (const [i, endpoint] of some.entries()) {
      const service = services.flatMap((all) => (all === "no cluster" ? [] : (all.get(names[i]!) ?? [])))[0];
      const isWithoutCluster = cluster !== null && services[0] === "no cluster";
      found.set(endpoint, service ?? (isWithoutCluster ? "no cluster" : "no service"));
    }
  }
  return found;
}

function serviceName({ service, target, path }: Endpoint): string {
  if (service !== null) return service;
  throw new DeployedError(`The name of ${target}'s service is known only after apply, so it cannot be looked for.`, {
    fix: `Let transform.service of ${path} set a name that is a literal.`,
  });
}
