import type { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { Construct } from "constructs";
import { GATEWAY_PORTS } from "../../../lib/catalog";
import { slug } from "../../../lib/naming";
import type { PlatformSpec } from "../../../lib/spec";
import type { ResourceMaker } from "../engine/resource-maker";
import type { PlatformResourceTable } from "./resources";

interface Groups {
  readonly alb: SecurityGroup;
  readonly gateway: SecurityGroup;
}

/**
 * The load balancer accepts from `allowCidrs` and reaches gateways only; gateways accept from the load balancer only, and reach
 * anything. Rules are separate resources: inline ones and these would undo each other.
 */
export function makeSecurityGroups(
  scope: Construct,
  maker: ResourceMaker<PlatformResourceTable>,
  { spec, vpcId, name, tags }: { spec: PlatformSpec; vpcId: string; name: string; tags: Record<string, string> },
): Groups {
  const alb = maker.make("albSecurityGroup", {
    namePrefix: `${name}-alb-`,
    description: "Slipway load balancer",
    vpcId,
    tags: { ...tags, Name: `${name}-alb` },
    lifecycle: { createBeforeDestroy: true },
  });
  const gateway = maker.make("gatewaySecurityGroup", {
    namePrefix: `${name}-gateway-`,
    description: "Slipway tasks, behind their gateways",
    vpcId,
    tags: { ...tags, Name: `${name}-gateway` },
    lifecycle: { createBeforeDestroy: true },
  });
  const listenerPorts = spec.domain ? [80, 443] : [80];
  for (const port of listenerPorts) {
    for (const cidr of spec.allowCidrs) {
      // Named by its range: were it numbered, taking one range off the list would move the others, and AWS refuses duplicates on the way.
      new VpcSecurityGroupIngressRule(scope, `alb-from-${slug(cidr, 18)}-to-${port}`, {
        securityGroupId: alb.id,
        description: `Clients to port ${port}`,
        cidrIpv4: cidr,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
      });
    }
  }
  for (const [use, port] of [
    ["data", GATEWAY_PORTS.data],
    ["control", GATEWAY_PORTS.control],
  ] as const) {
    const both = { ipProtocol: "tcp", fromPort: port, toPort: port };
    new VpcSecurityGroupEgressRule(scope, `alb-to-gateway-${use}`, {
      securityGroupId: alb.id,
      description: `To gateways, ${use} port`,
      referencedSecurityGroupId: gateway.id,
      ...both,
    });
    new VpcSecurityGroupIngressRule(scope, `gateway-from-alb-${use}`, {
      securityGroupId: gateway.id,
      description: `From the load balancer, ${use} port`,
      referencedSecurityGroupId: alb.id,
      ...both,
    });
  }
  new VpcSecurityGroupEgressRule(scope, "gateway-to-anywhere", {
    securityGroupId: gateway.id,
    description: "Apps call whatever they need",
    cidrIpv4: "0.0.0.0/0",
    ipProtocol: "-1",
  });
  return { alb, gateway };
}
