import { Network, type NetworkProps, Platform } from "slipway";
import { addEndpoint, newStack, PLATFORM, Synthesized } from "./stacks";

function network(props: NetworkProps = {}) {
  const stack = newStack();
  const made = new Network(stack, "network", props);
  return { made, synthesized: new Synthesized(stack) };
}
const ids = (synthesized: Synthesized, type: string) => Object.keys(synthesized.json.resource[type] ?? {});

test("a network has public and private subnets in two zones, by default behind one NAT gateway", () => {
  const { made, synthesized } = network();
  expect(synthesized.one("aws_vpc")).toMatchObject({
    cidr_block: "10.0.0.0/16",
    enable_dns_hostnames: true,
    enable_dns_support: true,
  });
  expect(
    synthesized
      .all("aws_subnet")
      .map(({ cidr_block }) => cidr_block)
      .sort(),
  ).toEqual(["10.0.0.0/19", "10.0.128.0/20", "10.0.144.0/20", "10.0.32.0/19"]);
  expect(synthesized.all("aws_nat_gateway")).toHaveLength(1);
  expect([made.publicSubnetIds, made.privateSubnetIds].map((list) => list.length)).toEqual([2, 2]);
});

test("no subnet gives its machines a public address", () => {
  for (const subnet of network().synthesized.all("aws_subnet")) {
    expect(subnet).not.toHaveProperty("map_public_ip_on_launch");
  }
});

test("subnets stay where they are when AWS adds a zone", () => {
  for (const subnet of network().synthesized.all("aws_subnet")) {
    expect(subnet.availability_zone).toMatch(/^\$\{element\(data\.aws_availability_zones\.\w+\.names, [01]\)\}$/);
    expect(subnet.lifecycle).toEqual({ ignore_changes: ["availability_zone"] });
  }
  expect(Object.values(network().synthesized.json.data.aws_availability_zones)).toEqual([
    { state: "available", filter: [{ name: "opt-in-status", values: ["opt-in-not-required"] }] },
  ]);
});

test("with one NAT gateway every private subnet goes through it, with one a zone each through its own", () => {
  const gatewaysOf = (egress: NetworkProps["egress"]) => {
    const { synthesized } = network({ egress, azs: 3 });
    const routes = ids(synthesized, "aws_route").filter((id) => id.includes("private-default-route"));
    return routes.map((id) => /nat-\d/.exec(synthesized.json.resource.aws_route[id].nat_gateway_id)?.[0]);
  };
  expect(gatewaysOf("nat-single")).toEqual(["nat-1", "nat-1", "nat-1"]);
  expect(gatewaysOf("nat-per-az").sort()).toEqual(["nat-1", "nat-2", "nat-3"]);
});

test("without internet, private subnets reach by endpoints what tasks need, and have no other route", () => {
  const { synthesized } = network({ egress: "endpoints" });
  const endpoints = synthesized.all("aws_vpc_endpoint");
  const services = (type: string) =>
    endpoints
      .filter(({ vpc_endpoint_type }) => vpc_endpoint_type === type)
      .map(({ service_name }) => service_name)
      .sort();
  expect(services("Gateway")).toEqual(["com.amazonaws.us-east-1.dynamodb", "com.amazonaws.us-east-1.s3"]);
  expect(services("Interface")).toEqual([
    "com.amazonaws.us-east-1.ecr.api",
    "com.amazonaws.us-east-1.ecr.dkr",
    "com.amazonaws.us-east-1.logs",
    "com.amazonaws.us-east-1.secretsmanager",
    "com.amazonaws.us-east-1.ssm",
    "com.amazonaws.us-east-1.ssmmessages",
  ]);
  for (const { vpc_endpoint_type, private_dns_enabled } of endpoints) {
    expect(private_dns_enabled).toBe(vpc_endpoint_type === "Interface" ? true : undefined);
  }
  expect(synthesized.one("aws_vpc_security_group_ingress_rule")).toMatchObject({
    cidr_ipv4: "10.0.0.0/16",
    from_port: 443,
    to_port: 443,
    description: "HTTPS from the network",
  });
  expect(synthesized.types).not.toContain("aws_nat_gateway");
  expect(ids(synthesized, "aws_route")).toEqual([expect.stringContaining("public-default-route")]);
});

test("a service waits for its network's way out, whichever it is", () => {
  const waitsFor = (egress: NetworkProps["egress"]) => {
    const stack = newStack();
    return new Network(stack, "network", { egress }).egressDependencies.length;
  };
  expect([waitsFor("nat-single"), waitsFor("nat-per-az"), waitsFor("endpoints")]).toEqual([4, 4, 2 + 1 + 2 + 6]);
});

test("the VPC's default security group allows nothing", () => {
  const group = network().synthesized.one("aws_default_security_group");
  expect(group).not.toHaveProperty("ingress");
  expect(group).not.toHaveProperty("egress");
});

test("every flow is logged for 30 days, by a role that only this account's flow logs can take", () => {
  const { synthesized } = network();
  expect(synthesized.one("aws_flow_log")).toMatchObject({
    traffic_type: "ALL",
    log_destination: expect.stringContaining("flow-log-group"),
  });
  expect(synthesized.one("aws_cloudwatch_log_group").retention_in_days).toBe(30);
  const [trust] = JSON.parse(synthesized.one("aws_iam_role").assume_role_policy).Statement;
  expect(trust).toMatchObject({
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Condition: { StringEquals: { "aws:SourceAccount": expect.stringContaining("aws_caller_identity") } },
  });
  expect(network({ flowLogs: false }).synthesized.types).not.toContain("aws_flow_log");
});

test("a zone that is added changes no resource that exists", () => {
  const [two, three] = [2, 3].map((azs) => network({ azs }).synthesized.json.resource);
  for (const [type, all] of Object.entries(two)) expect(three[type]).toMatchObject(all as object);
});

test("two networks in one stack have names of their own", () => {
  const stack = newStack();
  new Network(stack, "blue");
  new Network(stack, "green");
  expect(new Synthesized(stack).all("aws_vpc").map(({ tags }) => tags.Name)).toEqual(["stack-blue", "stack-green"]);
});

test("a platform on an existing network makes none of its own", () => {
  const stack = newStack();
  const network = Network.fromAttributes(stack, "network", {
    vpcId: "vpc-0a1b",
    publicSubnetIds: ["subnet-0a", "subnet-0b"],
    privateSubnetIds: ["subnet-1a", "subnet-1b"],
    egress: "existing",
  });
  addEndpoint(stack, new Platform(stack, "platform", { ...PLATFORM, network }));
  const synthesized = new Synthesized(stack);
  expect(synthesized.types.filter((type) => /vpc$|subnet|route|nat|internet/.test(type))).toEqual([]);
  expect(synthesized.one("aws_lb").subnets).toEqual(["subnet-0a", "subnet-0b"]);
  expect(synthesized.one("aws_ecs_service").network_configuration.subnets).toEqual(["subnet-1a", "subnet-1b"]);
});
