import { hostLabel, LABEL_MAX_LENGTH } from "../naming";
import type { Problem } from "../spec";
import { hashedPriority } from "./priority";
import type { ListenerRule } from "./rule";

/** What the listener answers where no rule matches. */
export const UNKNOWN_ADDRESS = "No endpoint at this address.\n";

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

/**
 * A label that a person chose is used as it is or refused: in a host it shares a domain label's 63 characters with the platform's
 * name. A default label is cut instead.
 */
export function labelProblem({
  workspace,
  environment,
  domain,
  label,
}: Pick<AddressedEndpoint, "workspace" | "environment" | "domain" | "label">): Problem | undefined {
  const whole = `--${label}`;
  if (!domain || hostLabel({ workspace, environment, label, dev: false }).endsWith(whole)) return undefined;
  const owner = environment ? `${workspace}-${environment}` : workspace;
  return {
    code: "SLIPWAY_E_INVALID_VALUE",
    prop: "label",
    value: label,
    message: `has ${label.length} characters, and ${owner}-- goes before it: together at most ${LABEL_MAX_LENGTH} are allowed in a host`,
    fix: `Use at most ${LABEL_MAX_LENGTH - owner.length - 2} characters`,
  };
}

/** Where an endpoint is: a host of the domain, or without one the path `/<label>/` (and `/<label>`, which the gateway redirects there). */
export function webAddress(endpoint: AddressedEndpoint): WebAddress {
  const { domain, label, target, priorityBand } = endpoint;
  const host = domain ? `${hostLabel({ ...endpoint, dev: false })}.${domain}` : undefined;
  const conditions = host ? { hosts: [host], paths: [] } : { hosts: [], paths: [`/${label}`, `/${label}/*`] };
  const priority = endpoint.rulePriority ?? hashedPriority(conditions, target, priorityBand);
  return { rule: { ...conditions, priority, target }, ...(host ? { url: `https://${host}/` } : {}) };
}
