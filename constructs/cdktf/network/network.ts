import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Route } from "@cdktf/provider-aws/lib/route";
import { RouteTable } from "@cdktf/provider-aws/lib/route-table";
import { RouteTableAssociation } from "@cdktf/provider-aws/lib/route-table-association";
import { Subnet } from "@cdktf/provider-aws/lib/subnet";
import { Vpc } from "@cdktf/provider-aws/lib/vpc";
import { Fn, type ITerraformDependable, TerraformStack } from "cdktf";
import { Construct } from "constructs";
import { type CostItem, endpointCosts, networkCosts } from "../../../lib/catalog";
import { CALLS_ENDPOINTS, subnetPlan } from "../../../lib/network";
import { type NetworkAttributes, type NetworkProps, parseNetwork, parseNetworkAttributes } from "../../../lib/spec";
import { regionOf } from "../engine/region";
import { addEndpoints } from "./endpoints";
import { addFlowLogs } from "./flow-logs";
import { addNat } from "./nat";

/** A VPC with subnets for load balancers (public) and for tasks (private). */
export interface INetwork {
  readonly vpcId: string;
  readonly publicSubnetIds: string[];
  readonly privateSubnetIds: string[];
  /** What must exist before a task in a private subnet reaches anything; empty for a network that exists already. */
  readonly egressDependencies: readonly ITerraformDependable[];
  /** What it costs a month before any traffic, for the synth's summary; empty for a network that exists already. */
  readonly costs: readonly CostItem[];
  /** Makes what function calls need of AWS reachable, in a network of Slipway's own that reaches nothing else. Called once. */
  reachForCalls?(): { readonly dependencies: readonly ITerraformDependable[]; readonly costs: readonly CostItem[] };
}

export function isNetwork(value: unknown): value is INetwork {
  if (typeof value !== "object" || value === null) return false;
  const { vpcId, publicSubnetIds, privateSubnetIds, egressDependencies, costs } = value as Partial<INetwork>;
  return (
    typeof vpcId === "string" && [publicSubnetIds, privateSubnetIds, egressDependencies, costs].every(Array.isArray)
  );
}

export type { NetworkAttributes, NetworkProps };

/** A VPC of its own: public and private subnets in 2 to 4 zones, egress, flow logs, and a default security group that allows nothing. */
export class Network extends Construct implements INetwork {
  readonly vpcId: string;
  readonly publicSubnetIds: string[];
  readonly privateSubnetIds: string[];
  readonly egressDependencies: readonly ITerraformDependable[];
  readonly costs: readonly CostItem[];
  readonly reachForCalls?: INetwork["reachForCalls"];

  constructor(scope: Construct, id: string, props: NetworkProps = {}) {
    super(scope, id);
    const { spec } = parseNetwork(props, this.node.path);
    const plan = subnetPlan(spec.cidr, spec.azs);
    const name = `${TerraformStack.of(this).node.id}-${id}`;
    const tags = (part: string) => ({ Name: part ? `${name}-${part}` : name });

    const vpc = new Vpc(this, "vpc", {
      cidrBlock: spec.cidr,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: tags(""),
    });
    new DefaultSecurityGroup(this, "default-security-group", { vpcId: vpc.id, tags: tags("unused") });
    const internetGateway = new InternetGateway(this, "internet-gateway", { vpcId: vpc.id, tags: tags("") });

    const zones = new DataAwsAvailabilityZones(this, "zones", {
      state: "available",
      // Leaves out Local Zones and Wavelength, which have neither Fargate nor load balancers.
      filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }],
    });
    const subnet = (kind: "public" | "private", cidrBlock: string, zone: number) =>
      new Subnet(this, `${kind}-subnet-${zone + 1}`, {
        vpcId: vpc.id,
        cidrBlock,
        availabilityZone: Fn.element(zones.names, zone),
        tags: tags(`${kind}-${zone + 1}`),
        // A zone that AWS adds or drops must not move existing subnets.
        lifecycle: { ignoreChanges: ["availability_zone"] },
      });
    const publicSubnets = plan.publicCidrs.map((cidr, zone) => subnet("public", cidr, zone));
    const privateSubnets = plan.privateCidrs.map((cidr, zone) => subnet("private", cidr, zone));

    const publicRoutes = new RouteTable(this, "public-route-table", { vpcId: vpc.id, tags: tags("public") });
    new Route(this, "public-default-route", {
      routeTableId: publicRoutes.id,
      destinationCidrBlock: "0.0.0.0/0",
      gatewayId: internetGateway.id,
    });
    publicSubnets.forEach((one, zone) => {
      new RouteTableAssociation(this, `public-route-table-association-${zone + 1}`, {
        subnetId: one.id,
        routeTableId: publicRoutes.id,
      });
    });
    const privateRoutes = privateSubnets.map((one, zone) => {
      const table = new RouteTable(this, `private-route-table-${zone + 1}`, {
        vpcId: vpc.id,
        tags: tags(`private-${zone + 1}`),
      });
      const association = new RouteTableAssociation(this, `private-route-table-association-${zone + 1}`, {
        subnetId: one.id,
        routeTableId: table.id,
      });
      return { table, association };
    });

    const privateTables = privateRoutes.map(({ table }) => table);
    const endpoints =
      spec.egress === "endpoints"
        ? addEndpoints(this, { vpc, privateSubnets, privateTables, region: regionOf(this), cidr: spec.cidr, tags })
        : undefined;
    const egress = endpoints
      ? endpoints.ready
      : addNat(this, { perZone: spec.egress === "nat-per-az", publicSubnets, privateTables, internetGateway, tags });
    if (spec.flowLogs) addFlowLogs(this, vpc);

    this.vpcId = vpc.id;
    this.publicSubnetIds = publicSubnets.map((one) => one.id);
    this.privateSubnetIds = privateSubnets.map((one) => one.id);
    this.egressDependencies = [...privateRoutes.map(({ association }) => association), ...egress];
    this.costs = networkCosts(spec);
    if (endpoints) {
      this.reachForCalls = () => ({
        dependencies: endpoints.add(CALLS_ENDPOINTS),
        costs: endpointCosts(CALLS_ENDPOINTS.length, spec.azs, "calls"),
      });
    }
  }

  /** A network that exists already. */
  static fromAttributes(scope: Construct, id: string, attributes: NetworkAttributes): INetwork {
    return new ImportedNetwork(scope, id, attributes);
  }
}

class ImportedNetwork extends Construct implements INetwork {
  readonly vpcId: string;
  readonly publicSubnetIds: string[];
  readonly privateSubnetIds: string[];
  readonly egressDependencies = [];
  readonly costs = [];

  constructor(scope: Construct, id: string, attributes: NetworkAttributes) {
    super(scope, id);
    const { vpcId, publicSubnetIds, privateSubnetIds } = parseNetworkAttributes(attributes, this.node.path);
    this.vpcId = vpcId;
    this.publicSubnetIds = [...publicSubnetIds];
    this.privateSubnetIds = [...privateSubnetIds];
  }
}
