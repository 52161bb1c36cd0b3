import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  type ElasticLoadBalancingV2Client,
  TargetGroupNotFoundException,
} from "@aws-sdk/client-elastic-load-balancing-v2";

/** Targets that the load balancer says the same of. */
export interface TargetHealth {
  /** healthy, unhealthy, initial, draining, unused or unavailable */
  readonly state: string;
  readonly reason?: string;
  readonly count: number;
}

/** Health of the targets of all these groups; a group that is gone has none. */
export async function targetHealth(
  elb: ElasticLoadBalancingV2Client,
  groups: readonly string[],
): Promise<TargetHealth[]> {
  const counted = new Map<string, TargetHealth>();
  for (const TargetGroupArn of groups) {
    const answer = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })).catch(unlessGone);
    for (const {
      TargetHealth: { State: state = "unknown", Description: reason } = {},
    } of answer?.TargetHealthDescriptions ?? []) {
      const key = `${state}: ${reason}`;
      const count = (counted.get(key)?.count ?? 0) + 1;
      counted.set(key, { state, ...(reason !== undefined && { reason }), count });
    }
  }
  return [...counted.values()];
}

/** The name of the load balancer that sends requests to a target group. */
export async function loadBalancerHost(elb: ElasticLoadBalancingV2Client, group: string): Promise<string | undefined> {
  const groups = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [group] })).catch(unlessGone);
  const LoadBalancerArns = groups?.TargetGroups?.[0]?.LoadBalancerArns ?? [];
  if (LoadBalancerArns.length === 0) return undefined;
  const { LoadBalancers } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns }));
  return LoadBalancers?.[0]?.DNSName;
}

function unlessGone(error: unknown): undefined {
  if (!(error instanceof TargetGroupNotFoundException)) throw error;
}
