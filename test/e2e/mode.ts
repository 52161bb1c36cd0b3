import { createHostedZone } from "./domain";

export const DOMAIN = "example.com";

/** Where a function's requests go. */
export interface DeployedAddress {
  readonly host: string;
  /** The path before its own. */
  readonly base: string;
}

/** With a domain, endpoints are hosts of it; without, they are paths of the load balancer. */
export interface Mode {
  readonly name: string;
  /** Makes what the user has before the first deployment; returns the example's context values. */
  prepare(emulatorUrl: string): Promise<Record<string, string>>;
  address(label: string, loadBalancerHost: string): DeployedAddress;
}

export const DOMAIN_MODE: Mode = {
  name: "domain mode",
  prepare: async (emulatorUrl) => ({ domain: DOMAIN, hostedZoneId: await createHostedZone(emulatorUrl, DOMAIN) }),
  address: (label) => ({ host: `acme-prod--${label}.${DOMAIN}`, base: "" }),
};

export const PATH_MODE: Mode = {
  name: "path mode",
  prepare: async () => ({}),
  address: (label, host) => ({ host, base: `/${label}` }),
};
