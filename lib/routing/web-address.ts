import { hostLabel } from "../naming";
import { hashedPriority } from "./priority";
import type { ListenerRule } from "./rule";

export interface WebAddress {
  readonly rule: ListenerRule;
  /** With a final slash; undefined in path mode, where the load balancer's name is known only after apply. */
  readonly url?: string;
}

export interface AddressedEndpoint {
  readonly workspace: string;
  readonly environment?: string;
  readonly domain?: string;
  readonly priorityBand: number;
  readonly target: string;
  readonly label: string;
  readonly rulePriority?: number;
}

/** Where an endpoint is: a host of the domain, or without one the path `/<label>/` (and `/<label>`, which the gateway redirects there). */
export function webAddress(endpoint: AddressedEndpoint): WebAddress {
  const { domain, label, target, priorityBand } = endpoint;
  const host = domain ? `${hostLabel({ ...endpoint, dev: false })}.${domain}` : undefined;
  const conditions = host ? { hosts: [host], paths: [] } : { hosts: [], paths: [`/${label}`, `/${label}/*`] };
  const priority = endpoint.rulePriority ?? hashedPriority(conditions, target, priorityBand);
  return { rule: { ...conditions, priority, target }, ...(host ? { url: `https://${host}/` } : {}) };
}
