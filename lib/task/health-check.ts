import { GATEWAY_PORTS } from "../catalog";
import type { ContainerDefinition } from "./container-definition";

type HealthCheck = NonNullable<ContainerDefinition["healthCheck"]>;

/** Seconds. */
const INTERVAL = 10;
const LONGEST_INTERVAL = 300;
const LONGEST_START_PERIOD = 300;
const RETRIES = 3;
const MOST_RETRIES = 10;

/**
 * Whether a gateway that no load balancer asks is well: ECS counts a new version as deployed only when it is, and replaces it when it
 * is no more. Failures of the start period do not count; a start that takes longer than the longest is waited for with fewer looks.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 */
export function gatewayHealthCheck(startupTimeout: number): HealthCheck {
  const url = `http://127.0.0.1:${GATEWAY_PORTS.control}/health`;
  const program = `fetch("${url}").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))`;
  const beyond = startupTimeout - LONGEST_START_PERIOD;
  return {
    command: ["CMD", "node", "-e", program],
    interval: beyond > 0 ? Math.min(LONGEST_INTERVAL, Math.max(INTERVAL, Math.ceil(beyond / MOST_RETRIES))) : INTERVAL,
    timeout: 5,
    retries: beyond > 0 ? MOST_RETRIES : RETRIES,
    startPeriod: Math.min(LONGEST_START_PERIOD, startupTimeout),
  };
}
