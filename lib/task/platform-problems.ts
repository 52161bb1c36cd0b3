import { formatSeconds, type Problem, type WebSpec } from "../spec";
import { BEFORE_LOAD_BALANCER, longestSilence, timersOf } from "./timers";

/** What of a platform its endpoints have to fit. */
interface GivenPlatform {
  readonly domain?: string;
  readonly allowInsecure: boolean;
  /** Seconds. */
  readonly idleTimeout: number;
}

/** What an endpoint asks for that its platform, of this stack or another, does not have. */
export function platformProblems(spec: WebSpec, platform: GivenPlatform): Problem[] {
  return [
    ...waitProblems("requestTimeout", spec.requestTimeout, platform),
    ...waitProblems("queueTimeout", spec.queueTimeout, platform),
    ...idleProblems(spec, platform),
    ...insecureAuth(spec, platform),
  ];
}

/** While a request waits no byte passes, and the load balancer's patience with that is the platform's. */
function waitProblems(prop: string, value: number | undefined, platform: GivenPlatform): Problem[] {
  const most = longestSilence(platform);
  if (value === undefined || value <= most) return [];
  return [
    {
      code: "SLIPWAY_E_INVALID_VALUE",
      prop,
      value: formatSeconds(value),
      message:
        `must end ${BEFORE_LOAD_BALANCER} s before the platform's idleTimeout, ${formatSeconds(platform.idleTimeout)}, or it is ` +
        "the load balancer that answers, with a 504 of its own",
      fix: `Use at most ${formatSeconds(most)}, or set the platform's idleTimeout to ${formatSeconds(value + BEFORE_LOAD_BALANCER)}`,
    },
  ];
}

function idleProblems({ idleTimeout }: WebSpec, platform: GivenPlatform): Problem[] {
  if (idleTimeout === undefined || idleTimeout <= platform.idleTimeout) return [];
  return [
    {
      code: "SLIPWAY_E_INVALID_VALUE",
      prop: "idleTimeout",
      value: formatSeconds(idleTimeout),
      message: `is above the platform's idleTimeout, ${formatSeconds(platform.idleTimeout)}, at which the load balancer closes the connection`,
      fix: `Use at most ${formatSeconds(platform.idleTimeout)}, or set the platform's idleTimeout to ${formatSeconds(idleTimeout)}`,
    },
  ];
}

function insecureAuth({ requiresProxyAuth }: WebSpec, { domain, allowInsecure }: GivenPlatform): Problem[] {
  if (!requiresProxyAuth || domain !== undefined || allowInsecure) return [];
  return [
    {
      code: "SLIPWAY_E_INSECURE_AUTH",
      prop: "requiresProxyAuth",
      value: true,
      message: "would have tokens sent over plain HTTP: the platform has no domain",
      fix: "Set domain and hostedZoneId on the platform, or, where the network is trusted as it is, allowInsecure: true",
    },
  ];
}

/** What works, and is worth knowing. */
export function platformWarnings(spec: WebSpec, platform: GivenPlatform): string[] {
  const { queue, firstByte } = timersOf(spec, platform);
  const warnings: string[] = [];
  if (queue + firstByte > platform.idleTimeout && platformProblems(spec, platform).length === 0) {
    warnings.push(
      `queueTimeout ${formatSeconds(queue)} and requestTimeout ${formatSeconds(firstByte)} together are more than the platform's ` +
        `idleTimeout, ${formatSeconds(platform.idleTimeout)}: a request that uses up both gets a 504 of the load balancer's own`,
    );
  }
  if (spec.requiresProxyAuth && platform.domain === undefined) {
    warnings.push("requiresProxyAuth without HTTPS: whoever sees the traffic has the tokens");
  }
  return warnings;
}
