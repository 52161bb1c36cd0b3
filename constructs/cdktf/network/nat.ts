import { Eip } from "@cdktf/provider-aws/lib/eip";
import type { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { NatGateway } from "@cdktf/provider-aws/lib/nat-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import type { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import type { Subnet } from "@cdktf/provider-aws/lib/subnet";
import type { Construct } from "constructs";

interface NatOptions {
  readonly perZone: boolean;
  readonly publicSubnets: readonly Subnet[];
  readonly privateTables: readonly RouteTable[];
  readonly internetGateway: InternetGateway;
  readonly tags: (part: string) => Record<string, string>;
}

/** NAT gateways in the first or in every zone, and the private subnets' default routes to them, which are returned. */
export function addNat(
  scope: Construct,
  { perZone, publicSubnets, privateTables, internetGateway, tags }: NatOptions,
): Route[] {
  const gateways = publicSubnets.slice(0, perZone ? publicSubnets.length : 1).map((subnet, zone) => {
    const address = new Eip(scope, `nat-address-${zone + 1}`, {
      domain: "vpc",
      tags: tags(`nat-${zone + 1}`),
      dependsOn: [internetGateway],
    });
    return new NatGateway(scope, `nat-${zone + 1}`, {
      subnetId: subnet.id,
      allocationId: address.id,
      tags: tags(`nat-${zone + 1}`),
      dependsOn: [internetGateway],
    });
  });
  return privateTables.map(
    (table, zone) =>
      new Route(scope, `private-default-route-${zone + 1}`, {
        routeTableId: table.id,
        destinationCidrBlock: "0.0.0.0/0",
        natGatewayId: (gateways[zone] ?? gateways[0]!).id,
      }),
  );
}
