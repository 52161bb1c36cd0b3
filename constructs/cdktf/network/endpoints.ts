import type { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import type { Subnet } from "@cdktf/provider-aws/lib/subnet";
import type { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { GATEWAY_ENDPOINTS, INTERFACE_ENDPOINTS } from "../../../lib/network";

interface Endpoints {
  /** What makes the services reachable. */
  readonly ready: readonly ITerraformDependable[];
  add(services: readonly string[]): ITerraformDependable[];
}

interface EndpointOptions {
  readonly vpc: Vpc;
  readonly privateSubnets: readonly Subnet[];
  readonly privateTables: readonly RouteTable[];
  readonly region: string;
  readonly cidr: string;
  readonly tags: (part: string) => Record<string, string>;
}

/** VPC endpoints for the AWS services that tasks need, in place of any route to the internet; `add` makes more, when they are needed. */
export function addEndpoints(
  scope: Construct,
  { vpc, privateSubnets, privateTables, region, cidr, tags }: EndpointOptions,
): Endpoints {
  const group = new SecurityGroup(scope, "endpoints-security-group", {
    vpcId: vpc.id,
    description: "AWS services reached from within the network",
    tags: tags("endpoints"),
  });
  const reachable = new VpcSecurityGroupIngressRule(scope, "endpoints-from-network", {
    securityGroupId: group.id,
    description: "HTTPS from the network",
    cidrIpv4: cidr,
    ipProtocol: "tcp",
    fromPort: 443,
    toPort: 443,
  });
  const gateways = GATEWAY_ENDPOINTS.map(
    (service) =>
      new VpcEndpoint(scope, `${service}-endpoint`, {
        vpcId: vpc.id,
        serviceName: `com.amazonaws.${region}.${service}`,
        vpcEndpointType: "Gateway",
        routeTableIds: privateTables.map((table) => table.id),
        tags: tags(service),
      }),
  );
  const add = (services: readonly string[]) =>
    services.map(
      (service) =>
        new VpcEndpoint(scope, `${service.replace(".", "-")}-endpoint`, {
          vpcId: vpc.id,
          serviceName: `com.amazonaws.${region}.${service}`,
          vpcEndpointType: "Interface",
          privateDnsEnabled: true,
          subnetIds: privateSubnets.map((subnet) => subnet.id),
          securityGroupIds: [group.id],
          tags: tags(service),
        }),
    );
  return { ready: [reachable, ...gateways, ...add(INTERFACE_ENDPOINTS)], add };
}
