import { INTERFACE_ENDPOINTS } from "../network/endpoints";
import { fargateMonthlyCost, HOURS_PER_MONTH, PRICES } from "./prices";

/** Something with a price that runs whether or not it is used. US dollars a month, list price, before traffic. */
export interface CostItem {
  readonly what: string;
  readonly monthly: number;
  /** What is paid for beside, by use. */
  readonly note?: string;
}

export function networkCosts({
  azs,
  egress,
}: {
  azs: number;
  egress: "nat-single" | "nat-per-az" | "endpoints";
}): CostItem[] {
  if (egress === "endpoints") {
    const count = INTERFACE_ENDPOINTS.length * azs;
    return [{ what: `${count} VPC endpoints`, monthly: count * PRICES.interfaceEndpointHour * HOURS_PER_MONTH }];
  }
  const count = egress === "nat-per-az" ? azs : 1;
  return [
    {
      what: plural(count, "NAT gateway"),
      monthly: count * (PRICES.natGatewayHour + PRICES.publicIpv4Hour) * HOURS_PER_MONTH,
    },
  ];
}

/** VPC endpoints beyond those that every network of the kind has. */
export function endpointCosts(count: number, azs: number, what: string): CostItem[] {
  const all = count * azs;
  return [{ what: `${all} VPC endpoints for ${what}`, monthly: all * PRICES.interfaceEndpointHour * HOURS_PER_MONTH }];
}

/** A load balancer has a public address in each of its subnets. */
export function loadBalancerCosts({
  subnets,
  scheme,
}: {
  subnets: number;
  scheme: "internet-facing" | "internal";
}): CostItem[] {
  const addresses = scheme === "internet-facing" ? subnets : 0;
  const hourly = PRICES.loadBalancerHour + addresses * PRICES.publicIpv4Hour;
  return [{ what: "load balancer", monthly: hourly * HOURS_PER_MONTH }];
}

/** The control service's tasks: how large, and how many. */
export const CONTROL_TASK = { cpuUnits: 256, memoryMiB: 512, architecture: "x86_64", count: 2 } as const;

/** Requests of DynamoDB and SQS in a month. */
export interface Requests {
  readonly reads: number;
  readonly writes: number;
  readonly messages: number;
}

export function requestsCost({ reads, writes, messages }: Requests): number {
  const { dynamodb, sqsMillion } = PRICES;
  return (reads * dynamodb.readMillion + writes * dynamodb.writeMillion + messages * sqsMillion) / 1e6;
}

/** What function calls cost while there are none, with the control service's own requests. */
export function callsCosts(idle: Requests): CostItem[] {
  const { writeMillion, readMillion } = PRICES.dynamodb;
  return [
    { what: "control service", monthly: fargateMonthlyCost(CONTROL_TASK), note: "2 x 0.25 vCPU, 512 MiB" },
    {
      what: "calls",
      monthly: requestsCost(idle),
      note: `table and queues by the million requests: $${writeMillion} writes, $${readMillion} reads, $${PRICES.sqsMillion.toFixed(2)} messages`,
    },
  ];
}

export function monitoringCosts({
  metrics,
  alarms,
  dashboards,
}: {
  metrics: number;
  alarms: number;
  dashboards: number;
}): CostItem[] {
  return [
    ...(metrics > 0 ? [{ what: plural(metrics, "metric"), monthly: metrics * PRICES.customMetricMonth }] : []),
    ...(alarms > 0 ? [{ what: plural(alarms, "alarm"), monthly: alarms * PRICES.alarmMonth }] : []),
    ...(dashboards > 0 ? [{ what: plural(dashboards, "dashboard"), monthly: dashboards * PRICES.dashboardMonth }] : []),
  ];
}

/** Of alarms that scale, by the metrics that they look at: AWS counts those. */
export function alarmCosts(metrics: number): CostItem[] {
  return metrics > 0 ? [{ what: "scaling alarms", monthly: metrics * PRICES.alarmMonth }] : [];
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
