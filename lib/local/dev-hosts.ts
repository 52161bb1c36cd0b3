import type { ListenerRule } from "../routing";

/** How a request to an endpoint's local host looks to the load balancer. */
interface DeployedAddress {
  readonly host?: string;
  /** Path mode: `/<label>`; "" where the host alone decides. */
  readonly prefix: string;
}

export interface RoutedAddress {
  readonly host: string;
  /** Path and query. */
  readonly url: string;
}

const LOCALHOST = ".localhost";

/**
 * Local names of endpoints: `<label>.localhost` and `<label>-dev.localhost` stand for the endpoint's first deployed
 * host, or in path mode for `/<label>/`. Any other host is taken as it is, so a deployed one works too.
 */
export class DevHosts {
  private readonly addresses = new Map<string, DeployedAddress>();

  constructor(
    endpoints: ReadonlyArray<{ readonly target: string; readonly label: string }>,
    rules: readonly ListenerRule[],
  ) {
    const byPriority = [...rules].sort((one, other) => one.priority - other.priority);
    const known = endpoints.map(({ target, label }) => ({ label, address: deployedAddress(target, byPriority) }));
    // A label may itself end in "-dev": the exact name wins.
    for (const { label, address } of known) if (address) this.addresses.set(`${label}-dev`, address);
    for (const { label, address } of known) if (address) this.addresses.set(label, address);
  }

  resolve(hostHeader: string, url: string): RoutedAddress {
    const host = hostHeader.replace(/:\d*$/, "").toLowerCase();
    const address = host.endsWith(LOCALHOST) ? this.addresses.get(host.slice(0, -LOCALHOST.length)) : undefined;
    if (!address) return { host, url };
    return { host: address.host ?? host, url: withPrefix(address.prefix, url) };
  }
}

function deployedAddress(target: string, byPriority: readonly ListenerRule[]): DeployedAddress | undefined {
  const rules = byPriority.filter((rule) => rule.target === target);
  const host = rules.flatMap(({ hosts }) => hosts).find((pattern) => !/[*?]/.test(pattern));
  if (host !== undefined) return { host, prefix: "" };
  const underPrefix = rules.flatMap(({ paths }) => paths).find((pattern) => /^\/[^*?]+\/\*$/.test(pattern));
  return underPrefix === undefined ? undefined : { prefix: underPrefix.slice(0, -"/*".length) };
}

/** Links and redirects that the app made itself already hold the prefix. */
function withPrefix(prefix: string, url: string): string {
  const path = url.split("?", 1)[0]!;
  return path === prefix || path.startsWith(`${prefix}/`) ? url : prefix + url;
}
