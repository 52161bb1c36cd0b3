import { TerraformVariable } from "cdktf";
import { Network, Platform, type PlatformAttributes } from "slipway";
import { priorityRange } from "../../lib/routing";
import { importPlatform, PUBLISHED } from "./imported-platform";
import { addEndpoint, type Config, containersOf, deploy, newStack, PLATFORM, Synthesized } from "./stacks";

function onImported(attributes: Parameters<typeof importPlatform>[1] = {}) {
  const stack = newStack();
  addEndpoint(stack, importPlatform(stack, attributes));
  return new Synthesized(stack);
}

test("an imported platform creates nothing that is shared", () => {
  const stack = newStack();
  importPlatform(stack);
  expect(new Synthesized(stack).types).toEqual([]);
});

test("its endpoints land on the given listener, cluster, subnets and table", () => {
  const synthesized = onImported();
  expect(synthesized.one("aws_lb_listener_rule").listener_arn).toBe(PUBLISHED.listenerArn);
  expect(synthesized.one("aws_lb_target_group").vpc_id).toBe(PUBLISHED.vpcId);
  expect(synthesized.one("aws_ecs_service")).toMatchObject({
    cluster: PUBLISHED.clusterArn,
    network_configuration: { subnets: PUBLISHED.privateSubnetIds, security_groups: [PUBLISHED.gatewaySecurityGroupId] },
  });
  expect(synthesized.one("aws_dynamodb_table_item").table_name).toBe(PUBLISHED.registryTableName);
  expect(synthesized.one("aws_cloudwatch_metric_alarm", "greet_errors").alarm_actions).toEqual([
    PUBLISHED.alarmTopicArn,
  ]);
});

test("an endpoint that asks for tokens may read them from the given table, encrypted with the given key", () => {
  const stack = newStack();
  const kmsKeyArn = "arn:aws:kms:us-east-1:123456789012:key/0a1b";
  addEndpoint(stack, importPlatform(stack, { kmsKeyArn }), "greet", { requiresProxyAuth: true });
  const synthesized = new Synthesized(stack);
  const { Statement } = JSON.parse(synthesized.one("aws_iam_role_policy", "greet_tokens-policy").policy);
  expect(Statement.map(({ Action, Resource }: Config) => [Action, Resource])).toEqual([
    ["dynamodb:GetItem", PUBLISHED.tokensTableArn],
    ["kms:Decrypt", kmsKeyArn],
  ]);
  const [, gateway] = containersOf(synthesized.one("aws_ecs_task_definition"));
  expect(JSON.parse(gateway.environment[0].value).tokens).toEqual({ table: PUBLISHED.tokensTableName });
});

test("timers and the time that a leaving task answers follow the given idleTimeout", () => {
  const synthesized = onImported({ idleTimeout: 40 });
  const [, gateway] = containersOf(synthesized.one("aws_ecs_task_definition"));
  expect(JSON.parse(gateway.environment[0].value).web.timers).toMatchObject({
    queueMs: 30_000,
    firstByteMs: 30_000,
    idleMs: 40_000,
  });
  expect(synthesized.one("aws_lb_target_group").deregistration_delay).toBe("40");
});

test("its endpoints' gateways send spans where the platform's do", () => {
  const tracing = { endpoint: "http://collector.acme.internal:4318", sampleRatio: 0.5 };
  const gatewayOf = (attributes: Partial<PlatformAttributes>) => {
    const [, gateway] = containersOf(onImported(attributes).one("aws_ecs_task_definition"));
    return JSON.parse(gateway.environment[0].value);
  };
  expect(gatewayOf({ tracing }).tracing).toEqual(tracing);
  expect(gatewayOf({})).not.toHaveProperty("tracing");
});

test("its endpoints' rules stay in the stack's own part of the listener's priorities", () => {
  for (const priorityBand of [0, 7, 15]) {
    const { priority } = onImported({ priorityBand }).one("aws_lb_listener_rule");
    const { first, last } = priorityRange("host", priorityBand);
    expect(priority).toBeGreaterThanOrEqual(first);
    expect(priority).toBeLessThanOrEqual(last);
  }
});

test("an endpoint has the same names and address as on the platform itself", () => {
  const own = deploy({ environment: "prod", domain: "apps.acme.com", hostedZoneId: "Z123" });
  const imported = onImported({ priorityBand: 0 });
  for (const type of ["aws_ecs_service", "aws_ecs_task_definition", "aws_lb_listener_rule"]) {
    const { name, family, condition, priority } = own.synthesized.one(type);
    expect(imported.one(type)).toMatchObject(JSON.parse(JSON.stringify({ name, family, condition, priority })));
  }
});

test("a target group in another network has another name, since it cannot move there", () => {
  const names = ["vpc-0a1b", "vpc-2c3d"].map((vpcId) => onImported({ vpcId }).one("aws_lb_target_group").name);
  expect(names[0]).not.toBe(names[1]);
});

test("in path mode the URL is whole, since the load balancer's name is known", () => {
  const stack = newStack();
  const platform = importPlatform(stack, { domain: undefined });
  expect(addEndpoint(stack, platform).url).toBe("http://acme-1.us-east-1.elb.amazonaws.com/hello-greet/");
});

test("what a platform outputs is what importing it takes, but for the priority band, which is each stack's own", () => {
  const tracing = { endpoint: "http://collector.acme.internal:4318" };
  const { synthesized, platform } = deploy({ priorityBand: 3, tracing });
  const { priorityBand, ...published } = JSON.parse(JSON.stringify(platform.attributes));
  const { value: output } = synthesized.json.output.slipway_platform;
  expect(Object.keys(output).sort()).toEqual(Object.keys(published).sort());

  // What Terraform makes of it: a value for each reference.
  const applied = JSON.parse(
    JSON.stringify(output)
      .replace(/\$\{aws_sns_topic\.[\w-]+\.arn\}/g, "arn:aws:sns:us-east-1:123456789012:alarms")
      .replace(/\$\{aws_subnet\.[\w-]*?(\d)_\w+\.id\}/g, "subnet-$1")
      .replace(/\$\{aws_vpc\.[\w-]+\.id\}/g, "vpc-0a1b")
      .replace(/\$\{aws_\w+\.[\w-]+\.\w+\}/g, "known"),
  );
  const importing = (attributes: PlatformAttributes) =>
    Platform.fromAttributes(newStack("other"), "platform", attributes).attributes;
  expect(importing({ ...applied, priorityBand })).toEqual({ ...applied, priorityBand: 3 });
  expect(() => importing(applied)).toThrow("priorityBand: is missing. Write for example 1");
});

test("a platform whose subnets are known late puts them out as a list", () => {
  const stack = newStack();
  const list = (name: string) => new TerraformVariable(stack, name, { type: "list(string)" }).listValue;
  const network = Network.fromAttributes(stack, "network", {
    vpcId: "vpc-0a1b",
    publicSubnetIds: list("public"),
    privateSubnetIds: list("private"),
    egress: "existing",
  });
  new Platform(stack, "platform", { ...PLATFORM, network });
  const { slipway_platform: output } = new Synthesized(stack).json.output;
  expect(output.value).toMatchObject({ vpcId: "vpc-0a1b", privateSubnetIds: "${var.private}" });
});

test("an endpoint is put into subnets that are known late as a list", () => {
  const stack = newStack();
  const privateSubnetIds = new TerraformVariable(stack, "subnets", { type: "list(string)" }).listValue;
  addEndpoint(stack, importPlatform(stack, { privateSubnetIds }));
  expect(new Synthesized(stack).one("aws_ecs_service").network_configuration.subnets).toBe("${var.subnets}");
});
