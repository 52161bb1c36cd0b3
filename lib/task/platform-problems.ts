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
    ...insecureTokens(spec, platform),
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

function insecureTokens(spec: WebSpec, { domain, allowInsecure }: GivenPlatform): Problem[] {
  if (domain !== undefined || allowInsecure) return [];
  return TOKEN_PROPS.filter((prop) => spec[prop]).map((prop) => ({
    code: "SLIPWAY_E_INSECURE_AUTH",
    prop,
    value: true,
    message: "would have tokens sent over plain HTTP: the platform has no domain",
    fix: "Set domain and hostedZoneId on the platform, or, where the network is trusted as it is, allowInsecure: true",
  }));
}

/** Props by which clients come to send tokens. */
const TOKEN_PROPS = ["requiresProxyAuth", "publicCalls"] as const;

/** What of an endpoint's surroundings decides whether it has calls to make public. */
interface GivenCalls {
  /** Whether the platform has, or makes when they are needed, what calls are kept in. */
  readonly offersCalls: boolean;
  /** Whether any function is granted to the endpoint. */
  readonly makesCalls: boolean;
}

/** Why `publicCalls` would open a door with nothing behind it. Grants come one by one, so this is for when all are known. */
export function publicCallsProblems({ publicCalls }: WebSpec, { offersCalls, makesCalls }: GivenCalls): Problem[] {
  if (!publicCalls) return [];
  const problem = { prop: "publicCalls", value: true };
  return [
    ...(offersCalls
      ? []
      : [
          {
            ...problem,
            code: "SLIPWAY_E_NO_CALLS" as const,
            message: "needs a platform with calls, and this one was published without what they need",
            fix: "Set calls: true on the Platform in its own stack, apply it, and take its slipway_platform anew; or remove publicCalls",
          },
        ]),
    ...(makesCalls
      ? []
      : [
          {
            ...problem,
            code: "SLIPWAY_E_NO_GRANT" as const,
            message: "would serve the calls API of an endpoint that may call no function",
            fix: "Let it call one with grantSpawn(<the function>), or declare a SpawnFunction of the same app in this stack; or remove publicCalls",
          },
        ]),
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
  if (platform.domain === undefined) {
    for (const prop of TOKEN_PROPS.filter((prop) => spec[prop])) {
      warnings.push(`${prop} without HTTPS: whoever sees the traffic has the tokens`);
    }
  }
  return warnings;
}
