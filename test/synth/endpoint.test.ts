import { TerraformElement, TerraformVariable } from "cdktf";
import { Platform } from "slipway";
import { kebabCase } from "../../lib/naming";
import { addEndpoint, type Config, containersOf, DOMAIN, deploy, newStack, PLATFORM, Synthesized } from "./stacks";

const SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1B2c3";

const inDomain = deploy(DOMAIN, { greet: {} });
const inPaths = deploy({}, { greet: {} });
const policyOf = ({ policy }: Config) => JSON.parse(policy).Statement;

describe("the task", () => {
  const task = inDomain.synthesized.one("aws_ecs_task_definition");

  test("runs on Fargate, in the size that holds app and gateway", () => {
    expect(task).toMatchObject({
      requires_compatibilities: ["FARGATE"],
      network_mode: "awsvpc",
      cpu: "512",
      memory: "2048",
      runtime_platform: { operating_system_family: "LINUX", cpu_architecture: "X86_64" },
    });
  });

  test("has the architecture and the disk that were asked for", () => {
    const { synthesized } = deploy({}, { greet: { architecture: "arm64", ephemeralDisk: "30GiB" } });
    expect(synthesized.one("aws_ecs_task_definition")).toMatchObject({
      runtime_platform: { cpu_architecture: "ARM64" },
      ephemeral_storage: { size_in_gib: 30 },
    });
    expect(task).not.toHaveProperty("ephemeral_storage");
  });

  test("logs to the group that exists for it", () => {
    const group = inDomain.synthesized.one("aws_cloudwatch_log_group", "greet_log-group");
    expect(containersOf(task).map((one) => one.logConfiguration.options["awslogs-group"])).toEqual([
      group.name,
      group.name,
    ]);
    expect(group.retention_in_days).toBe(90);
  });

  test("keeps text that looks like a Terraform template as the app shall see it", () => {
    const env = { A: "Hello ${name}", B: "%{if x}", C: "$${escaped}", D: "100 % {x}", E: "${" };
    const { synthesized } = deploy({}, { greet: { env, healthPath: "/${x}" } });
    const definition = synthesized.one("aws_ecs_task_definition");
    // To Terraform a template begins with exactly one $ or %: two are its escape.
    expect(definition.container_definitions).not.toMatch(/(?<!\$)\$\{|(?<!%)%\{/);
    const [app] = containersOf(definition);
    const seen = app.environment.map(({ name, value }: Record<string, string>) => [name, value]);
    expect(Object.fromEntries(seen)).toMatchObject(env);
  });

  test("takes secrets by reference: the JSON holds their ARNs only", () => {
    const { synthesized } = deploy({}, { greet: { secrets: { DB: `${SECRET}:password` } } });
    const [app] = containersOf(synthesized.one("aws_ecs_task_definition"));
    expect(app.secrets).toEqual([{ name: "DB", valueFrom: `${SECRET}:password::` }]);
    expect(policyOf(synthesized.one("aws_iam_role_policy", "greet_execution-policy"))).toContainEqual(
      expect.objectContaining({ Action: "secretsmanager:GetSecretValue", Resource: [SECRET] }),
    );
  });

  test("names the folder of its source nowhere in Terraform", () => {
    const { synthesized } = deploy({}, { greet: { source: "/home/someone/hello" } });
    expect(JSON.stringify(synthesized.json)).not.toContain("/home/someone");
  });
});

describe("the service", () => {
  const service = inDomain.synthesized.one("aws_ecs_service");

  test("runs in the platform's private subnets, without a public address, behind its own security group", () => {
    expect(service.network_configuration).toEqual({
      assign_public_ip: false,
      security_groups: [expect.stringMatching(/^\$\{aws_security_group\.platform_gateway-security-group_\w+\.id\}$/)],
      subnets: [
        expect.stringMatching(/^\$\{aws_subnet\.platform_network_private-subnet-1_\w+\.id\}$/),
        expect.stringMatching(/^\$\{aws_subnet\.platform_network_private-subnet-2_\w+\.id\}$/),
      ],
    });
  });

  test("deploys without going below its size, rolls back by itself, and rebalances zones, which ECS allows above 100 % only", () => {
    expect(service).toMatchObject({
      deployment_circuit_breaker: { enable: true, rollback: true },
      deployment_minimum_healthy_percent: 100,
      deployment_maximum_percent: 200,
      availability_zone_rebalancing: "ENABLED",
    });
  });

  test("has a capacity provider strategy and so no launch type: ECS takes one of the two", () => {
    expect(service.capacity_provider_strategy).toEqual([{ capacity_provider: "FARGATE", weight: 1 }]);
    expect(service).not.toHaveProperty("launch_type");
  });

  test("leaves its count to autoscaling after the first apply", () => {
    expect(service.desired_count).toBe(1);
    expect(service.lifecycle.ignore_changes).toEqual(["desired_count"]);
  });

  test("gives tasks their startup time, and some for the pull, before failed health checks count", () => {
    expect(service.health_check_grace_period_seconds).toBe(90);
    const { synthesized } = deploy({}, { greet: { startupTimeout: "10m" } });
    expect(synthesized.one("aws_ecs_service").health_check_grace_period_seconds).toBe(630);
  });

  test("is waited for until the new version runs, and longer where starting takes long", () => {
    expect(service).toMatchObject({ wait_for_steady_state: true, timeouts: { create: "20m", update: "20m" } });
    const { synthesized } = deploy({ waitForDeploy: false }, { greet: { startupTimeout: "1h" } });
    expect(synthesized.one("aws_ecs_service")).toMatchObject({
      wait_for_steady_state: false,
      timeouts: { create: "192m", update: "192m" },
    });
  });

  test("fails the apply when ECS rolled the new version back, which the provider alone takes for success", () => {
    const [postcondition] = service.lifecycle.postcondition;
    expect(postcondition.condition).toMatch(
      /^\$\{\(self\.task_definition == aws_ecs_task_definition\.greet_task-definition_\w+\.arn\)\}$/,
    );
    expect(postcondition.error_message).toContain("The new version of hello/greet did not become healthy");
    const unwatched = deploy({ waitForDeploy: false }).synthesized.one("aws_ecs_service");
    expect(unwatched.lifecycle).toEqual({ ignore_changes: ["desired_count"] });
  });

  test("is never made anew beside the old one: two of a name cannot be", () => {
    expect(service.lifecycle).not.toHaveProperty("create_before_destroy");
  });

  test("starts when rule, permissions, capacity and the way to the internet exist, and is destroyed before them", () => {
    const types = service.depends_on.map((address: string) => address.split(".")[0]).sort();
    expect(types).toEqual([
      "aws_ecs_cluster_capacity_providers",
      "aws_iam_role_policy",
      "aws_lb_listener_rule",
      "aws_route",
      "aws_route",
      "aws_route_table_association",
      "aws_route_table_association",
    ]);
  });

  test("passes its tags on to its tasks", () => {
    expect(service).toMatchObject({ propagate_tags: "SERVICE", enable_ecs_managed_tags: true });
  });

  test("allows ECS Exec only when asked, with the permissions that it takes", () => {
    expect(service.enable_execute_command).toBe(false);
    const { synthesized } = deploy({}, { greet: { exec: true } });
    const exec = synthesized.one("aws_ecs_service");
    expect(exec.enable_execute_command).toBe(true);
    expect(exec.depends_on).toContainEqual(expect.stringMatching(/^aws_iam_role_policy\.greet_exec-policy_/));
    expect(policyOf(synthesized.one("aws_iam_role_policy", "greet_exec-policy"))[0].Action).toHaveLength(4);
  });
});

describe("the target group", () => {
  const group = inDomain.synthesized.one("aws_lb_target_group");

  test("sends requests to the gateway's data port and asks for health on its control port", () => {
    expect(group).toMatchObject({
      port: 18080,
      protocol: "HTTP",
      target_type: "ip",
      load_balancing_algorithm_type: "least_outstanding_requests",
      health_check: { port: "18081", path: "/health", matcher: "200", protocol: "HTTP" },
    });
    expect(inDomain.synthesized.one("aws_ecs_service").load_balancer).toEqual([
      {
        container_name: "gateway",
        container_port: 18080,
        target_group_arn: expect.stringContaining("greet_target-group"),
      },
    ]);
  });

  test("asks for health within ALB's own limits, the answer before the next question", () => {
    const { interval, timeout, healthy_threshold, unhealthy_threshold } = group.health_check;
    expect(interval).toBeGreaterThanOrEqual(5);
    expect(timeout).toBeLessThan(interval);
    expect(Math.min(healthy_threshold, unhealthy_threshold)).toBeGreaterThanOrEqual(2);
  });

  test("has no slow start, which rolling deploys of ECS ignore", () => {
    expect(group).not.toHaveProperty("slow_start");
  });

  test("lets a leaving task answer for 10 s more than a first byte may take", () => {
    expect(group.deregistration_delay).toBe("160");
    const delay = (platform: object, props: object) =>
      deploy(platform, { greet: props }).synthesized.one("aws_lb_target_group").deregistration_delay;
    expect(delay({}, { requestTimeout: 20 })).toBe("30");
    expect(delay({ idleTimeout: "1m" }, {})).toBe("60");
    expect(delay({ idleTimeout: "1h" }, { timeout: "1h", requestTimeout: 3590 })).toBe("3600");
  });

  test("is replaced by a new one before the old one goes, under another name when it exists elsewhere", () => {
    expect(group.lifecycle).toEqual({ create_before_destroy: true });
    expect(inDomain.synthesized.one("aws_lb_listener_rule")).not.toHaveProperty("lifecycle");
  });
});

describe("the rule", () => {
  test("with a domain is the endpoint's host", () => {
    const rule = inDomain.synthesized.one("aws_lb_listener_rule");
    expect(rule.condition).toEqual([{ host_header: { values: ["acme--hello-greet.apps.acme.com"] } }]);
    expect(rule.listener_arn).toContain("platform_https-listener");
    expect(rule.action).toEqual([{ type: "forward", target_group_arn: expect.stringContaining("greet_target-group") }]);
  });

  test("without a domain is the label as a path, with and without what follows", () => {
    const rule = inPaths.synthesized.one("aws_lb_listener_rule");
    expect(rule.condition).toEqual([{ path_pattern: { values: ["/hello-greet", "/hello-greet/*"] } }]);
    expect(rule.listener_arn).toContain("platform_http-listener");
  });

  test("has the priority that the endpoint asks for", () => {
    const { synthesized } = deploy(DOMAIN, { greet: { rulePriority: 8100 } });
    expect(synthesized.one("aws_lb_listener_rule").priority).toBe(8100);
  });
});

describe("the roles", () => {
  test("are two, which only tasks of this account and region can take", () => {
    const roles = inDomain.synthesized.all("aws_iam_role").filter(({ tags }) => tags);
    expect(roles).toHaveLength(2);
    for (const role of roles) {
      expect(JSON.parse(role.assume_role_policy).Statement).toEqual([
        {
          Effect: "Allow",
          Action: "sts:AssumeRole",
          Principal: { Service: "ecs-tasks.amazonaws.com" },
          Condition: {
            StringEquals: { "aws:SourceAccount": expect.stringContaining("aws_caller_identity") },
            ArnLike: { "aws:SourceArn": expect.stringMatching(/^arn:.*:ecs:us-east-1:.*:\*$/) },
          },
        },
      ]);
    }
  });

  test("the code's own may do nothing until it is granted something", () => {
    const policies = inDomain.synthesized.all("aws_iam_role_policy").map(({ role }) => role);
    expect(policies.filter((role) => role.includes("greet_task-role"))).toEqual([]);
  });

  test("the one that starts tasks pulls exactly the two images and writes to the one log group", () => {
    const statements = policyOf(inDomain.synthesized.one("aws_iam_role_policy", "greet_execution-policy"));
    expect(statements.map(({ Sid }: Config) => Sid)).toEqual(["Logs", "RegistryLogin", "PullImages"]);
    expect(statements[0].Resource).toMatch(/greet_log-group_\w+\.arn\}:\*$/);
    expect(statements[2].Resource).toEqual([
      expect.stringMatching(/:ecr:us-east-1:123456789012:repository\/gateway$/),
      expect.stringMatching(/:ecr:us-east-1:123456789012:repository\/hello$/),
    ]);
  });
});

describe("an endpoint with requiresProxyAuth", () => {
  const CLOSED = { requiresProxyAuth: true };
  const closed = deploy({ ...DOMAIN, environment: "prod" }, { greet: CLOSED, open: {} }).synthesized;
  const KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b";

  test("lets its tasks get tokens one by one, and a neighbour's nothing", () => {
    const ofTasks = closed.all("aws_iam_role_policy").filter(({ role }) => role.includes("_task-role"));
    expect(ofTasks).toHaveLength(1);
    expect(ofTasks[0].role).toContain("greet_task-role");
    expect(policyOf(ofTasks[0])).toEqual([
      {
        Sid: "Tokens",
        Effect: "Allow",
        Action: "dynamodb:GetItem",
        Resource: expect.stringMatching(/^\$\{aws_dynamodb_table\.platform_tokens_\w+\.arn\}$/),
      },
    ]);
  });

  test("starts its tasks when they may", () => {
    const dependencies = (id: string) => closed.one("aws_ecs_service", id).depends_on.join(" ");
    expect(dependencies("greet_")).toContain("aws_iam_role_policy.greet_tokens-policy");
    expect(dependencies("open_")).not.toContain("tokens-policy");
  });

  test("tells its gateway the table's name, and no other gateway", () => {
    const configOf = (id: string) => {
      const [, gateway] = containersOf(closed.one("aws_ecs_task_definition", id));
      return JSON.parse(gateway.environment[0].value);
    };
    expect(configOf("greet_")).toMatchObject({
      web: { auth: { cacheMs: 60_000 } },
      tokens: { table: closed.one("aws_dynamodb_table", "platform_tokens_").name },
    });
    const { web, ...others } = configOf("open_");
    expect([web, others]).toEqual([
      expect.not.objectContaining({ auth: expect.anything() }),
      expect.not.objectContaining({ tokens: expect.anything() }),
    ]);
  });

  test("may use the key that encrypts the table, through DynamoDB only", () => {
    const { synthesized } = deploy({ ...DOMAIN, kmsKeyArn: KEY }, { greet: CLOSED });
    expect(policyOf(synthesized.one("aws_iam_role_policy", "greet_tokens-policy"))[1]).toEqual({
      Sid: "DecryptTokens",
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: KEY,
      Condition: { StringLike: { "kms:ViaService": "dynamodb.us-east-1.amazonaws.com*" } },
    });
  });

  test("is possible without HTTPS where the platform allows it, with a warning", () => {
    const { stack } = deploy({ allowInsecure: true }, { greet: CLOSED });
    const warnings = stack.node.findAll().flatMap(({ node }) => node.metadata.map(({ data }) => data));
    expect(warnings).toContain("requiresProxyAuth without HTTPS: whoever sees the traffic has the tokens");
  });
});

describe("scaling", () => {
  test("is between the bounds, by what each container has on its hands and by CPU", () => {
    const { synthesized } = deploy(
      { environment: "prod" },
      { greet: { minContainers: 2, maxContainers: 7, concurrency: { maxInputs: 20 } } },
    );
    expect(synthesized.one("aws_appautoscaling_target")).toMatchObject({ min_capacity: 2, max_capacity: 7 });
    expect(synthesized.one("aws_ecs_service").desired_count).toBe(2);
    const policies = synthesized.all("aws_appautoscaling_policy");
    expect(policies.map(({ name }) => name)).toEqual(["cpu", "load"]);
    expect(policies[1].target_tracking_scaling_policy_configuration).toMatchObject({
      target_value: 14,
      customized_metric_specification: {
        namespace: "Slipway",
        metric_name: "Load",
        statistic: "Average",
        dimensions: [
          { name: "Platform", value: "acme-prod" },
          { name: "App", value: "hello" },
          { name: "Function", value: "greet" },
        ],
      },
    });
    expect(policies[0].target_tracking_scaling_policy_configuration).toMatchObject({
      target_value: 60,
      predefined_metric_specification: { predefined_metric_type: "ECSServiceAverageCPUUtilization" },
    });
  });

  test("does not exist for a fixed size", () => {
    const { synthesized } = deploy({}, { greet: { minContainers: 2, maxContainers: 2 } });
    expect(synthesized.types).not.toContain("aws_appautoscaling_target");
  });
});

describe("alarms", () => {
  test("tell the platform's topic when they begin and when they end", () => {
    const alarms = inDomain.synthesized.all("aws_cloudwatch_metric_alarm");
    expect(alarms.map(({ alarm_name }) => alarm_name.split("-").at(-1))).toEqual(["errors", "healthy"]);
    for (const alarm of alarms) {
      expect(alarm.alarm_actions).toEqual([expect.stringContaining("aws_sns_topic.platform_alarm-topic")]);
      expect(alarm.ok_actions).toEqual(alarm.alarm_actions);
    }
  });

  test("exist only while the service does: no false alarm while it is made or unmade", () => {
    for (const alarm of inDomain.synthesized.all("aws_cloudwatch_metric_alarm")) {
      expect(alarm.depends_on).toEqual([expect.stringMatching(/^aws_ecs_service\.greet_service_/)]);
    }
  });

  test("of an expression have queries and no metric of their own, the others the reverse", () => {
    const errors = inDomain.synthesized.one("aws_cloudwatch_metric_alarm", "greet_errors");
    const healthy = inDomain.synthesized.one("aws_cloudwatch_metric_alarm", "greet_healthy");
    expect(errors.metric_query.map(({ id, return_data }: Config) => [id, return_data])).toEqual([
      ["result", true],
      ["m1", undefined],
      ["m2", undefined],
    ]);
    for (const own of ["metric_name", "namespace", "period", "dimensions", "statistic"]) {
      expect(errors).not.toHaveProperty(own);
      expect(healthy).toHaveProperty(own);
    }
  });

  test("of a percentile have an extended statistic", () => {
    const { synthesized } = deploy({}, { greet: { alarms: { latencyP95: "2s" } } });
    const latency = synthesized.one("aws_cloudwatch_metric_alarm", "greet_latency");
    expect(latency).toMatchObject({ extended_statistic: "p95", threshold: 2 });
    expect(latency).not.toHaveProperty("statistic");
  });

  test("can be switched off, and told where to go", () => {
    expect(deploy({}, { greet: { alarms: false } }).synthesized.types).not.toContain("aws_cloudwatch_metric_alarm");
    const topic = "arn:aws:sns:us-east-1:123456789012:alarms";
    const { synthesized } = deploy({ alarmTopicArn: topic });
    expect(synthesized.one("aws_cloudwatch_metric_alarm", "greet_errors").alarm_actions).toEqual([topic]);
    expect(synthesized.types).not.toContain("aws_sns_topic");
  });
});

describe("the registry item", () => {
  test("says where the function is, in DynamoDB's typed JSON", () => {
    const item = inDomain.synthesized.one("aws_dynamodb_table_item");
    expect(item).toMatchObject({
      hash_key: "pk",
      range_key: "sk",
      table_name: expect.stringContaining("platform_registry"),
    });
    expect(JSON.parse(item.item)).toMatchObject({
      pk: { S: "fn#hello" },
      sk: { S: "greet" },
      url: { S: "https://acme--hello-greet.apps.acme.com/" },
      revision: { N: expect.stringMatching(/^\$\{aws_ecs_task_definition\.greet.*\.revision\}$/) },
    });
  });
});

describe("what the construct offers", () => {
  const [greet] = inDomain.endpoints;

  test("its URL, which in path mode is known after apply", () => {
    expect([greet!.url, greet!.urls]).toEqual([
      "https://acme--hello-greet.apps.acme.com/",
      ["https://acme--hello-greet.apps.acme.com/"],
    ]);
    expect(Object.values(inDomain.synthesized.json.output)).toContainEqual({
      description: "URL of hello/greet",
      value: "https://acme--hello-greet.apps.acme.com/",
    });
    expect(inPaths.synthesized.json.output.hello_greet_url.value).toMatch(
      /^http:\/\/\$\{aws_lb\..*\.dns_name\}\/hello-greet\/$/,
    );
  });

  test("an output for each endpoint, whatever its names: none begins with a digit, and none hides another", () => {
    const { synthesized } = deploy(DOMAIN, {
      one: { app: "1st-app", name: "a" },
      two: { app: "1st", name: "app-a", label: "other" },
    });
    const ids = Object.keys(synthesized.json.output);
    expect(ids.sort()).toEqual(["_1st-app_a_url", "_1st_app-a_url", "slipway_platform"]);
    for (const id of ids) expect(id).toMatch(/^[a-z_][\w-]*$/);
  });

  test("app and name", () => {
    expect([greet!.app, greet!.name]).toEqual(["hello", "greet"]);
  });

  test("each of its metrics, with the dimensions it has in CloudWatch", () => {
    expect(greet!.metric("latency")).toMatchObject({
      namespace: "AWS/ApplicationELB",
      metricName: "TargetResponseTime",
      statistic: "p95",
    });
    const dimensions = { Platform: "acme", App: "hello", Function: "greet" };
    expect(greet!.metric("inFlight")).toEqual({
      namespace: "Slipway",
      metricName: "Load",
      statistic: "Average",
      dimensions,
    });
    expect(greet!.metric("rejected")).toEqual({
      namespace: "Slipway",
      metricName: "Rejected",
      statistic: "Sum",
      dimensions,
    });
  });

  test("every resource that it made, by the name that is its construct id", () => {
    for (const [name, resource] of Object.entries(greet!.resources)) {
      expect(resource).toBeInstanceOf(TerraformElement);
      expect(resource.node.path).toBe(`stack/greet/${kebabCase(name)}`);
    }
    const made = greet!.node.children.filter((child) => TerraformElement.isTerraformElement(child));
    const exposed = new Set<unknown>(Object.values(greet!.resources));
    expect(made.filter((child) => !exposed.has(child)).map((child) => child.node.id)).toEqual([
      "partition",
      "account",
      "url",
    ]);
  });

  test("a change to any resource just before it is made", () => {
    const { synthesized, platform } = deploy(
      { transform: { loadBalancer: (config) => ({ ...config, enableHttp2: false }) } },
      { greet: { transform: { service: (config) => ({ ...config, forceDelete: true }), execPolicy: undefined } } },
    );
    expect(synthesized.one("aws_ecs_service").force_delete).toBe(true);
    expect(synthesized.one("aws_lb").enable_http2).toBe(false);
    expect(platform.resources.loadBalancer.enableHttp2Input).toBe(false);
  });
});

test("a variable that is known only after apply is encoded by Terraform, whatever it will hold, and nothing else is", () => {
  const stack = newStack();
  const platform = new Platform(stack, "platform", PLATFORM);
  const motto = new TerraformVariable(stack, "motto", { type: "string" }).stringValue;
  const env = { MOTTO: motto, QUOTED: `say "${motto}"`, PRICE: `$${motto}`, PLAIN: 'say "hi" to ${name}' };
  addEndpoint(stack, platform, "greet", { env });
  const task = new Synthesized(stack).one("aws_ecs_task_definition");

  const encoded = '${replace(jsonencode(var.motto), "/^.|.$/", "")}';
  expect(task.container_definitions.split(encoded)).toHaveLength(4);
  const applied = task.container_definitions.replaceAll(encoded, 'To "be"'.replaceAll('"', '\\"'));
  const [app] = containersOf({ container_definitions: applied.replace('${"$"}', "$") });
  const seen = app.environment.map(({ name, value }: Record<string, string>) => [name, value]);
  expect(Object.fromEntries(seen)).toMatchObject({
    MOTTO: 'To "be"',
    QUOTED: 'say "To "be""',
    PRICE: '$To "be"',
    PLAIN: env.PLAIN,
  });
});
