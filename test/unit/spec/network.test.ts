import fc from "fast-check";
import { messages, NETWORK_ATTRIBUTES, network, networkAttributes } from "./parsing";

test("a network without props is completed with every default", () => {
  expect(network()).toEqual({
    spec: { cidr: "10.0.0.0/16", azs: 2, egress: "nat-single", flowLogs: true },
    warnings: [],
  });
});

test.each([
  [{ cidr: "10.0.0.0" }, 'cidr "10.0.0.0": is not an IPv4 range in CIDR notation. Write for example "10.0.0.0/16".'],
  [{ cidr: "10.0.0.256/16" }, 'cidr "10.0.0.256/16": is not an IPv4 range in CIDR notation.'],
  [{ cidr: "010.0.0.0/16" }, 'cidr "010.0.0.0/16": is not an IPv4 range in CIDR notation.'],
  [{ cidr: "10.0.0.0/33" }, 'cidr "10.0.0.0/33": is not an IPv4 range in CIDR notation.'],
  [
    { cidr: "10.1.0.0/24" },
    'cidr "10.1.0.0/24": is too small: /24 leaves load balancers and tasks in 2 to 4 zones too few addresses. Use /16 to /23, for example "10.1.0.0/16".',
  ],
  [{ cidr: "10.0.0.0/8" }, 'cidr "10.0.0.0/8": is larger than a VPC may be. Use /16 to /23.'],
  [{ cidr: "10.0.5.0/16" }, 'cidr "10.0.5.0/16": has address bits below its prefix. Write "10.0.0.0/16".'],
  [{ azs: 1 }, "azs 1: a load balancer needs subnets in two Availability Zones. Use 2 to 4."],
  [{ azs: 5 }, "azs 5: must be a whole number from 2 to 4. Use 2 to 4."],
  [{ azs: "2" }, 'azs "2": must be a whole number from 2 to 4. Write 2, without quotes.'],
  [{ egress: "nat" }, 'egress "nat": must be one of "nat-single", "nat-per-az", "endpoints". Pick one of these.'],
  [{ flowLogs: "yes" }, 'flowLogs "yes": must be true or false. Pass a boolean literal.'],
])("%j is refused with the fix", (props, message) => {
  const lines = messages(() => network(props));
  expect(lines).toEqual([expect.stringContaining(`stack/network: ${message}`)]);
});

test("every range whose bits fit its prefix is accepted, and what is suggested for the others is one", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(octet, octet, octet, octet, fc.integer({ min: 16, max: 23 }), (a, b, c, d, prefix) => {
      const cidr = `${a}.${b}.${c}.${d}/${prefix}`;
      let accepted = cidr;
      try {
        network({ cidr });
      } catch (error) {
        accepted = /Write "(.*)"/.exec((error as Error).message)![1]!;
      }
      expect(network({ cidr: accepted }).spec.cidr).toBe(accepted);
      const fits = ((a * 256 + b) * 256 + c) * 256 + d;
      expect(accepted === cidr).toBe(fits % 2 ** (32 - prefix) === 0);
    }),
  );
});

test("an existing network is taken by its ids", () => {
  expect(networkAttributes()).toEqual(NETWORK_ATTRIBUTES);
  expect(networkAttributes({ publicSubnetIds: [] }).publicSubnetIds).toEqual([]);
});

test.each([
  [
    { egress: undefined },
    'egress: is missing. Write for example "existing" once the private subnets reach ECR, CloudWatch Logs and Secrets Manager through NAT or VPC endpoints: without either tasks never start, and Slipway cannot see the routes of imported subnets. [SLIPWAY_E_MISSING_PROP]',
  ],
  [{ egress: "none" }, 'egress "none": must be "existing" for imported subnets. Write egress: "existing".'],
  [{ vpcId: "my-vpc" }, 'vpcId "my-vpc": must be a VPC id such as "vpc-0123abcd". Correct it.'],
  [
    { privateSubnetIds: ["subnet-1a"] },
    'privateSubnetIds ["subnet-1a"]: names 1 of at least 2 subnets. Name private subnets in two or more Availability Zones.',
  ],
  [
    { privateSubnetIds: ["subnet-1a", "subnet-1a"] },
    'privateSubnetIds ["subnet-1a","subnet-1a"]: names a subnet twice. Name each subnet once.',
  ],
  [
    { publicSubnetIds: ["vpc-1", 4] },
    'publicSubnetIds ["vpc-1",4]: must be a list of subnet ids. Write for example ["subnet-0a…", "subnet-0b…"].',
  ],
  [{ publicSubnetIds: { length: 2 } }, 'publicSubnetIds {"length":2}: must be a list of subnet ids.'],
])("an existing network with %j is refused with the fix", (attributes, message) => {
  const lines = messages(() => networkAttributes(attributes));
  expect(lines).toEqual([expect.stringContaining(`stack/network: ${message}`)]);
});
