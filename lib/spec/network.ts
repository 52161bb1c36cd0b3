import { z } from "zod";
import { ipv4Range } from "./ipv4-range";
import { frozenCopy, type Parsed, parseProps } from "./parse";
import { isTextToken } from "./tokens";
import { flag, leaf, oneOf, Refused, refuse, text } from "./values";

export interface NetworkProps {
  /**
   * Address range of the VPC, in CIDR notation, /16 to /23. It cannot change later without replacing the network.
   * @default "10.0.0.0/16"
   */
  readonly cidr?: string;
  /**
   * Availability Zones, 2 to 4. A load balancer needs two. Adding one later changes no existing subnet.
   * @default 2
   */
  readonly azs?: number;
  /**
   * How tasks in the private subnets reach the internet and AWS.
   *
   * - `"nat-single"`: one NAT gateway, about $37 a month with its address; if its zone fails, tasks lose the internet.
   * - `"nat-per-az"`: one NAT gateway a zone.
   * - `"endpoints"`: no internet at all; VPC endpoints for the AWS services that tasks need, about $7.30 a month for
   *   each service and zone. Images must come from ECR.
   * @default "nat-single"
   */
  readonly egress?: "nat-single" | "nat-per-az" | "endpoints";
  /**
   * VPC flow logs to CloudWatch Logs, kept 30 days.
   * @default true
   */
  readonly flowLogs?: boolean;
}

export interface NetworkSpec {
  readonly cidr: string;
  readonly azs: number;
  readonly egress: "nat-single" | "nat-per-az" | "endpoints";
  readonly flowLogs: boolean;
}

/** Smallest prefix in which a public subnet is still a /27, as a load balancer wants (8 free addresses). */
const SMALLEST_VPC_PREFIX = 23;
const LARGEST_VPC_PREFIX = 16;

const cidr = text({
  token: "early",
  read: (value) => {
    const range = ipv4Range(value);
    if (range instanceof Refused) return range;
    if (range.prefix > SMALLEST_VPC_PREFIX) {
      return refuse(
        `is too small: /${range.prefix} leaves load balancers and tasks in 2 to 4 zones too few addresses`,
        `Use /${LARGEST_VPC_PREFIX} to /${SMALLEST_VPC_PREFIX}, for example "${value.split(".", 2).join(".")}.0.0/16"`,
      );
    }
    return range.prefix < LARGEST_VPC_PREFIX
      ? refuse("is larger than a VPC may be", `Use /${LARGEST_VPC_PREFIX} to /${SMALLEST_VPC_PREFIX}`)
      : value;
  },
});

const networkSchema = z.strictObject({
  cidr: cidr.default("10.0.0.0/16"),
  azs: leaf<number>(
    (value) => {
      if (value === 1) return refuse("a load balancer needs subnets in two Availability Zones", "Use 2 to 4");
      return typeof value === "number" && Number.isInteger(value) && value >= 2 && value <= 4
        ? value
        : refuse("must be a whole number from 2 to 4", "Use 2 to 4");
    },
    { token: "early" },
  ).default(2),
  egress: oneOf(["nat-single", "nat-per-az", "endpoints"]).default("nat-single"),
  flowLogs: flag().default(true),
});

export function parseNetwork(props: unknown, path: string): Parsed<NetworkSpec> {
  return { spec: frozenCopy(parseProps(networkSchema, props, path)), warnings: [] };
}

/** A network that exists already. Ids may be known only after apply. */
export interface NetworkAttributes {
  readonly vpcId: string;
  /** Subnets with a route to an internet gateway, in two or more zones. May be empty when every load balancer is internal. */
  readonly publicSubnetIds: readonly string[];
  /** Subnets for tasks, in two or more zones. */
  readonly privateSubnetIds: readonly string[];
  /**
   * States that the private subnets reach ECR, CloudWatch Logs and Secrets Manager, by NAT or by VPC endpoints. Routes of
   * subnets that exist elsewhere cannot be seen at synth, and tasks without egress never start.
   */
  readonly egress: "existing";
}

const SUBNET_ID = /^subnet-[0-9a-z]+$/;

export const subnetIds = (least: number, what: string) =>
  leaf<readonly string[]>(
    (value) => {
      if (
        !Array.isArray(value) ||
        !value.every((id) => isTextToken(id) || (typeof id === "string" && SUBNET_ID.test(id)))
      )
        return refuse("must be a list of subnet ids", 'Write for example ["subnet-0a…", "subnet-0b…"]');
      if (value.length < least)
        return refuse(
          `names ${value.length} of at least ${least} subnets`,
          `Name ${what} in two or more Availability Zones`,
        );
      if (new Set(value).size !== value.length) return refuse("names a subnet twice", "Name each subnet once");
      return value;
    },
    { token: "late-list", example: '["subnet-0a…", "subnet-0b…"]' },
  );

const networkAttributesSchema = z.strictObject({
  vpcId: text({
    token: "late",
    pattern: /^vpc-[0-9a-z]+$/,
    allowed: 'must be a VPC id such as "vpc-0123abcd"',
    example: '"vpc-0123abcd"',
  }),
  publicSubnetIds: subnetIds(0, "public subnets"),
  privateSubnetIds: subnetIds(2, "private subnets"),
  egress: leaf<"existing">(
    (value) =>
      value === "existing" ? value : refuse('must be "existing" for imported subnets', 'Write egress: "existing"'),
    {
      token: "early",
      example:
        '"existing" once the private subnets reach ECR, CloudWatch Logs and Secrets Manager through NAT or VPC endpoints: without either tasks never start, and Slipway cannot see the routes of imported subnets',
    },
  ),
});

export function parseNetworkAttributes(attributes: unknown, path: string): NetworkAttributes {
  return frozenCopy(parseProps(networkAttributesSchema, attributes, path));
}
