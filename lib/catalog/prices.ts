export type Architecture = "x86_64" | "arm64";

/** AWS's own month in its calculators: 365 days of 24 hours, by 12. */
export const HOURS_PER_MONTH = 730;

/** Ephemeral storage that comes with every Fargate task. @see https://aws.amazon.com/fargate/pricing/ */
export const INCLUDED_EPHEMERAL_GIB = 20;

/**
 * List prices in US dollars, us-east-1, on demand, without traffic. Other regions and contracts differ: a summary that
 * shows a sum of these says so, with the date.
 */
export const PRICES = {
  region: "us-east-1",
  asOf: "2026-09-20",
  /** @see https://aws.amazon.com/fargate/pricing/ */
  fargate: {
    x86_64: { vcpuHour: 0.04048, gibHour: 0.004445 },
    arm64: { vcpuHour: 0.03238, gibHour: 0.00356 },
    /** Above the included storage. */
    ephemeralGibHour: 0.000111,
  },
  /** Without capacity units, which depend on traffic. @see https://aws.amazon.com/elasticloadbalancing/pricing/ */
  loadBalancerHour: 0.0225,
  /** For each gateway, without data. @see https://aws.amazon.com/vpc/pricing/ */
  natGatewayHour: 0.045,
  /** For each endpoint in each zone, without data. @see https://aws.amazon.com/privatelink/pricing/ */
  interfaceEndpointHour: 0.01,
  /** For each address, in use or idle. @see https://aws.amazon.com/vpc/pricing/ */
  publicIpv4Hour: 0.005,
  /** On demand: an item of up to 1 KB written, of up to 4 KB read consistently. @see https://aws.amazon.com/dynamodb/pricing/on-demand/ */
  dynamodb: { writeMillion: 0.625, readMillion: 0.125 },
  /** Sent, received or deleted, each 64 KiB. @see https://aws.amazon.com/sqs/pricing/ */
  sqsMillion: 0.4,
  /** Standard resolution, for each metric. @see https://aws.amazon.com/cloudwatch/pricing/ */
  alarmMonth: 0.1,
  /** For each of an account's first 10,000. @see https://aws.amazon.com/cloudwatch/pricing/ */
  customMetricMonth: 0.3,
  /** Beyond the account's free ones. @see https://aws.amazon.com/cloudwatch/pricing/ */
  dashboardMonth: 3,
  freeDashboards: 3,
} as const;

export interface FargateUsage {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly architecture: Architecture;
  /** All of the task's ephemeral storage, the included part too. @default 20 */
  readonly ephemeralGiB?: number;
  /** Tasks that run all month. */
  readonly count: number;
}

/** US dollars for a month of Fargate tasks, not rounded. What Fargate's price list calls GB is 1024 MiB. */
export function fargateMonthlyCost(usage: FargateUsage): number {
  const { cpuUnits, memoryMiB, architecture, ephemeralGiB = INCLUDED_EPHEMERAL_GIB, count } = usage;
  const rate = PRICES.fargate[architecture];
  const extraGiB = Math.max(0, ephemeralGiB - INCLUDED_EPHEMERAL_GIB);
  const taskHour =
    (cpuUnits / 1024) * rate.vcpuHour + (memoryMiB / 1024) * rate.gibHour + extraGiB * PRICES.fargate.ephemeralGibHour;
  return taskHour * HOURS_PER_MONTH * count;
}
