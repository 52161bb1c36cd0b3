import { Network, type Platform, SpawnFunction } from "slipway";
import { addFunction } from "./calls-stack";
import { CALLS, importPlatform } from "./imported-platform";
import { addEndpoint, type Config, containersOf, newStack, platformIn, Synthesized } from "./stacks";

const KMS = "arn:aws:kms:us-east-1:123456789012:key/0a1b";

/** A stack of a platform and what is added to it, synthesized. */
function deployed(build: (stack: ReturnType<typeof newStack>, platform: Platform) => void, platformProps: object = {}) {
  const stack = newStack();
  const platform = platformIn(stack, platformProps);
  build(stack, platform);
  return { stack, platform, synthesized: new Synthesized(stack) };
}
const policies = (synthesized: Synthesized, start: string): Config[] =>
  JSON.parse(synthesized.one("aws_iam_role_policy", start).policy).Statement;
const configOf = (synthesized: Synthesized, start: string, container = 1) =>
  JSON.parse(
    containersOf(synthesized.one("aws_ecs_task_definition", start))[container].environment.find(
      ({ name }: Config) => name === "SLIPWAY_CONFIG",
    ).value,
  );

describe("a SpawnFunction", () => {
  const { synthesized } = deployed((stack, platform) => {
    addFunction(stack, platform, "work", { concurrency: { maxInputs: 5 }, scaledownWindow: "5m", retries: 2 });
  });
  const queue = synthesized.one("aws_sqs_queue", "work_queue");
  const deadLetters = synthesized.one("aws_sqs_queue", "work_dead-letters");

  test("is a service without a load balancer, on the platform's cluster, which starts with no task", () => {
    const service = synthesized.one("aws_ecs_service", "work_service");
    expect(service).toMatchObject({
      desired_count: 0,
      deployment_circuit_breaker: { enable: true, rollback: true },
      wait_for_steady_state: true,
      propagate_tags: "SERVICE",
      lifecycle: { ignore_changes: ["desired_count"], postcondition: [{ condition: expect.any(String) }] },
    });
    expect(service).not.toHaveProperty("load_balancer");
    expect(service).not.toHaveProperty("health_check_grace_period_seconds");
    expect(synthesized.types).not.toContain("aws_lb_listener_rule");
  });

  test("has its registry item before its service, so that workers of an older version make way", () => {
    const { depends_on } = synthesized.one("aws_ecs_service", "work_service");
    expect(depends_on.filter((id: string) => id.startsWith("aws_dynamodb_table_item.work_registry-item"))).toHaveLength(
      1,
    );
    const item = JSON.parse(synthesized.one("aws_dynamodb_table_item", "work").item);
    expect(item).toMatchObject({
      pk: { S: "fn#hello" },
      sk: { S: "work" },
      kind: { S: "function" },
      service: { S: synthesized.one("aws_ecs_service", "work_service").name },
      revision: { N: expect.stringMatching(/^\$\{aws_ecs_task_definition\.work_.*\.revision\}$/) },
      queueUrl: { S: expect.stringMatching(/^\$\{aws_sqs_queue\.work_queue_.*\.url\}$/) },
    });
    expect(JSON.stringify(item)).not.toContain("aws_ecs_service");
  });

  test("has a queue that is encrypted, that takes TLS only, and whose dead letters nobody else's queue may use", () => {
    expect(queue).toMatchObject({
      sqs_managed_sse_enabled: true,
      visibility_timeout_seconds: 60,
      message_retention_seconds: 8 * 86_400,
      max_message_size: 65_536,
    });
    expect(queue.redrive_policy).toContain('"maxReceiveCount" = 1000');
    expect(deadLetters).toMatchObject({ sqs_managed_sse_enabled: true, message_retention_seconds: 14 * 86_400 });
    for (const { policy } of synthesized.all("aws_sqs_queue_policy")) {
      expect(JSON.parse(policy).Statement[0]).toMatchObject({
        Effect: "Deny",
        Principal: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      });
    }
    const { redrive_allow_policy } = synthesized.one("aws_sqs_queue_redrive_allow_policy");
    expect(JSON.parse(redrive_allow_policy)).toEqual({
      redrivePermission: "byQueue",
      sourceQueueArns: [expect.stringMatching(new RegExp(`:${queue.name}$`))],
    });
  });

  test("scales from 0 by its queue: the backlog, and a step each way", () => {
    expect(synthesized.one("aws_appautoscaling_target", "work")).toMatchObject({ min_capacity: 0, max_capacity: 10 });
    const backlog = synthesized.one("aws_appautoscaling_policy", "work_backlog");
    expect(backlog.target_tracking_scaling_policy_configuration).toMatchObject({
      target_value: 4,
      customized_metric_specification: { metrics: expect.arrayContaining([expect.objectContaining({ id: "tasks" })]) },
    });
    const [wake, sleep] = ["wake", "sleep"].map((name) => ({
      policy: synthesized.one("aws_appautoscaling_policy", `work_${name}`),
      alarm: synthesized.one("aws_cloudwatch_metric_alarm", `work_${name}`),
    }));
    expect(wake!.policy.step_scaling_policy_configuration).toMatchObject({
      adjustment_type: "ChangeInCapacity",
      step_adjustment: [{ metric_interval_lower_bound: "0", scaling_adjustment: 1 }],
    });
    expect(sleep!.policy.step_scaling_policy_configuration).toMatchObject({
      adjustment_type: "ExactCapacity",
      step_adjustment: [{ metric_interval_upper_bound: "0", scaling_adjustment: 0 }],
    });
    expect([wake!.alarm.evaluation_periods, sleep!.alarm.evaluation_periods]).toEqual([3, 5]);
    for (const { alarm } of [wake!, sleep!]) {
      expect(alarm.alarm_actions).toEqual([expect.stringMatching(/^\$\{aws_appautoscaling_policy\.work_/)]);
      expect(alarm.treat_missing_data).toBe("notBreaching");
    }
  });

  test("has alarms on its dead letters and on calls that wait", () => {
    expect(synthesized.one("aws_cloudwatch_metric_alarm", "work_dead-letters")).toMatchObject({
      metric_name: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: deadLetters.name },
      threshold: 0,
    });
    expect(synthesized.one("aws_cloudwatch_metric_alarm", "work_age")).toMatchObject({
      metric_name: "ApproximateAgeOfOldestMessage",
      dimensions: { QueueName: queue.name },
      threshold: 43_200 + 300,
    });
  });

  test("has a task in which code and gateway share a folder", () => {
    const definition = synthesized.one("aws_ecs_task_definition", "work");
    expect(definition.volume).toEqual([{ name: "slipway" }]);
    expect(containersOf(definition).map(({ mountPoints }) => mountPoints[0].sourceVolume)).toEqual([
      "slipway",
      "slipway",
    ]);
  });

  test("configures its worker with the platform's own table, bucket and registry", () => {
    expect(configOf(synthesized, "work").worker).toMatchObject({
      table: expect.stringMatching(/^\$\{aws_dynamodb_table\.platform_calls-table/),
      bucket: expect.stringMatching(/^\$\{aws_s3_bucket\.platform_calls-bucket/),
      registry: expect.stringMatching(/^\$\{aws_dynamodb_table\.platform_registry/),
      retentionS: 7 * 86_400,
      maxInputs: 5,
    });
  });

  test("with containers that always run has no steps, and without Container Insights counts them by their reports", () => {
    const always = deployed((stack, platform) => addFunction(stack, platform, "work", { minContainers: 2 }), {
      observability: "minimal",
    });
    const alarms = Object.keys(always.synthesized.json.resource.aws_cloudwatch_metric_alarm ?? {});
    expect(alarms).toEqual([]);
    expect(always.synthesized.all("aws_appautoscaling_policy")).toHaveLength(1);
    expect(JSON.stringify(always.synthesized.one("aws_appautoscaling_policy"))).toContain('"stat":"SampleCount"');
    expect(always.synthesized.one("aws_ecs_service", "work").desired_count).toBe(2);
  });
});

describe("what a platform has for calls", () => {
  test("is nothing while nothing makes or runs any", () => {
    const { synthesized } = deployed((stack, platform) => addEndpoint(stack, platform));
    expect(JSON.stringify(synthesized.json)).not.toMatch(/control-service|calls-table|SLIPWAY_CALLS_URL|aws_sqs/);
    expect(synthesized.json.output.slipway_platform.value).not.toHaveProperty("calls");
  });

  test("is there once, whatever asks for it, and is published", () => {
    const { synthesized, platform } = deployed((stack, given) => {
      addFunction(stack, given, "one");
      addFunction(stack, given, "two");
    });
    expect(synthesized.all("aws_dynamodb_table").map(({ hash_key }) => hash_key)).toEqual(["pk", "pk", "keyId"]);
    expect(synthesized.json.output.slipway_platform.value.calls).toEqual({
      tableName: expect.stringContaining("calls-table"),
      bucketName: expect.stringContaining("calls-bucket"),
      controlRoleName: expect.stringContaining("control-task-role"),
      retention: 604_800,
    });
    expect(platform.resources.controlService).toBeDefined();
  });

  test("is there for others when calls asks for it", () => {
    const { synthesized } = deployed(() => {}, { calls: true, callRetention: "30d", kmsKeyArn: KMS, protect: false });
    expect(synthesized.one("aws_dynamodb_table", "platform_calls")).toMatchObject({
      ttl: { attribute_name: "expiresAt", enabled: true },
      global_secondary_index: [{ name: "open", hash_key: "open", range_key: "nextDue", projection_type: "KEYS_ONLY" }],
      point_in_time_recovery: { enabled: true },
      server_side_encryption: { kms_key_arn: KMS },
      deletion_protection_enabled: false,
    });
    expect(synthesized.one("aws_s3_bucket", "platform_calls").force_destroy).toBe(true);
    const [rule] = synthesized.one("aws_s3_bucket_lifecycle_configuration", "platform_calls").rule;
    expect(rule).toMatchObject({ expiration: [{ days: 30 + 7 + 7 + 2 }] });
    const [encryption] = synthesized.one("aws_s3_bucket_server_side_encryption_configuration", "platform_calls").rule;
    expect(encryption).toMatchObject({ bucket_key_enabled: true });
  });

  test("is looked after by two tasks that only gateways reach", () => {
    const { synthesized } = deployed(() => {}, { calls: true });
    const group = /aws_security_group\.platform_control-security-group/;
    expect(synthesized.one("aws_ecs_service", "platform_control")).toMatchObject({
      desired_count: 2,
      network_configuration: { assign_public_ip: false, security_groups: [expect.stringMatching(group)] },
    });
    const ingress = synthesized
      .all("aws_vpc_security_group_ingress_rule")
      .filter((rule) => group.test(rule.security_group_id));
    expect(ingress.map((rule) => [rule.from_port, rule.referenced_security_group_id])).toEqual([
      [18081, expect.stringContaining("gateway-security-group")],
    ]);
    const egress = synthesized
      .all("aws_vpc_security_group_egress_rule")
      .filter((rule) => group.test(rule.security_group_id));
    expect(egress.map((rule) => rule.from_port).sort()).toEqual([18081, 443]);
  });

  test("starts a function's containers by a policy that names its service, which the function itself adds", () => {
    const { synthesized } = deployed((stack, platform) => addFunction(stack, platform, "work"));
    const all = Object.entries<Config>(synthesized.json.resource.aws_iam_role_policy);
    const updating = all.filter(([, { policy }]) => policy.includes("ecs:UpdateService"));
    expect(updating.map(([id]) => id)).toEqual([expect.stringMatching(/^work_wake-policy/)]);
    const [, { role, policy }] = updating[0]!;
    expect(role).toContain("platform_control-task-role");
    expect(JSON.parse(policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: "ecs:UpdateService",
        Resource: expect.stringMatching(new RegExp(`/${synthesized.one("aws_ecs_service", "work").name}$`)),
      },
    ]);
  });
});

describe("who may call whom", () => {
  const grants = (synthesized: Synthesized, start: string) =>
    configOf(synthesized, start).calls?.grants.map(({ app, name }: Config) => `${app}/${name}`);

  test("an app's endpoints and functions may call its functions, in whatever order they are written", () => {
    const build = (order: ReadonlyArray<"greet" | "work" | "more">) =>
      deployed((stack, platform) => {
        for (const id of order) id === "greet" ? addEndpoint(stack, platform, id) : addFunction(stack, platform, id);
      }).synthesized;
    const [first, ...others] = [
      build(["greet", "work", "more"]),
      build(["work", "greet", "more"]),
      build(["more", "work", "greet"]),
    ];
    expect(grants(first!, "greet")).toEqual(["hello/more", "hello/work"]);
    expect(grants(first!, "work")).toEqual(["hello/more", "hello/work"]);
    for (const other of others) expect(other.json.resource).toEqual(first!.json.resource);
  });

  test("an endpoint of another app may not, until it is granted", () => {
    const build = (granted: boolean) =>
      deployed((stack, platform) => {
        const endpoint = addEndpoint(stack, platform, "greet", { app: "web" });
        const fn = addFunction(stack, platform, "work");
        if (granted) expect(endpoint.grantSpawn(fn)).toBe(endpoint);
      }).synthesized;
    expect(configOf(build(false), "greet")).not.toHaveProperty("calls");
    expect(Object.keys(build(false).json.resource.aws_iam_role_policy)).not.toContainEqual(
      expect.stringMatching(/^greet_calls-policy/),
    );
    const synthesized = build(true);
    expect(grants(synthesized, "greet")).toEqual(["hello/work"]);
    const [app] = containersOf(synthesized.one("aws_ecs_task_definition", "greet"));
    expect(app.environment).toContainEqual({ name: "SLIPWAY_CALLS_URL", value: "http://127.0.0.1:18082" });
    expect(synthesized.one("aws_ecs_service", "greet").depends_on).toContainEqual(
      expect.stringMatching(/^aws_iam_role_policy\.greet_calls-policy/),
    );
  });

  test("a function grants itself to an endpoint or to a function of another app, the same way", () => {
    const { synthesized } = deployed((stack, platform) => {
      const endpoint = addEndpoint(stack, platform, "greet", { app: "web" });
      const other = addFunction(stack, platform, "other", { app: "other" });
      const fn = addFunction(stack, platform, "work");
      fn.grantSpawnTo(endpoint);
      fn.grantSpawnTo(other);
      fn.grantSpawnTo(other);
    });
    expect(grants(synthesized, "greet")).toEqual(["hello/work"]);
    expect(grants(synthesized, "other")).toEqual(["hello/work", "other/other"]);
  });

  test("a policy names the granted queues, and no other", () => {
    const { synthesized } = deployed((stack, platform) => {
      const endpoint = addEndpoint(stack, platform, "greet", { app: "web" });
      addFunction(stack, platform, "other", { app: "other" });
      endpoint.grantSpawn(addFunction(stack, platform, "work"));
    });
    const [queues] = policies(synthesized, "greet_calls-policy");
    expect(queues.Resource).toEqual([
      expect.stringMatching(new RegExp(`:${synthesized.one("aws_sqs_queue", "work_queue").name}$`)),
    ]);
  });

  test("a function of another stack is granted by its name, which is the same there", () => {
    const there = deployed((stack, platform) => addFunction(stack, platform, "work"), { environment: "prod" });
    const stack = newStack();
    const platform = importPlatform(stack, { calls: CALLS, domain: undefined });
    const fn = SpawnFunction.fromName(stack, "remote", platform, "hello", "work");
    addEndpoint(stack, platform, "greet", { app: "web" }).grantSpawn(fn);
    const here = new Synthesized(stack);
    expect(grants(here, "greet")).toEqual(["hello/work"]);
    expect(configOf(here, "greet").calls).toMatchObject({
      table: "acme-calls",
      bucket: "acme-calls-1",
      registry: "acme-registry",
    });
    expect(configOf(here, "greet").calls.grants[0].tag).toBe(configOf(there.synthesized, "work").worker.tag);
    const [queues] = policies(here, "greet_calls-policy");
    expect(queues.Resource[0]).toMatch(new RegExp(`:${there.synthesized.one("aws_sqs_queue", "work_queue").name}$`));
    expect(here.types).not.toContain("aws_sqs_queue");
  });

  test("a function on an imported platform adds to that platform's control role what starts it", () => {
    const stack = newStack();
    addFunction(stack, importPlatform(stack, { calls: CALLS }));
    const synthesized = new Synthesized(stack);
    expect(synthesized.one("aws_iam_role_policy", "work_wake").role).toBe("acme-control-1");
    expect(synthesized.types).not.toContain("aws_dynamodb_table");
    expect(synthesized.all("aws_ecs_service")).toHaveLength(1);
  });

  test("a user's transform of the task definition sees what grants bring, too", () => {
    const seen: string[] = [];
    const { synthesized } = deployed((stack, platform) => {
      addEndpoint(stack, platform, "greet", {
        transform: {
          taskDefinition: (config) => {
            seen.push(config.containerDefinitions);
            return { ...config, containerDefinitions: config.containerDefinitions.replace("hello:1", "hello:2") };
          },
        },
      });
      addFunction(stack, platform, "work");
    });
    expect(seen).toHaveLength(2);
    const [app] = containersOf(synthesized.one("aws_ecs_task_definition", "greet"));
    expect(app.image).toMatch(/hello:2$/);
    expect(app.environment).toContainEqual({ name: "SLIPWAY_CALLS_URL", value: "http://127.0.0.1:18082" });
  });
});

test("a network without a way out gets to SQS and ECS when there are calls, and says what that costs", () => {
  const build = (calls: boolean) => {
    const stack = newStack();
    const network = new Network(stack, "network", { egress: "endpoints" });
    const platform = platformIn(stack, { network });
    if (calls) addFunction(stack, platform);
    return { synthesized: new Synthesized(stack), platform };
  };
  const services = ({ synthesized }: ReturnType<typeof build>) =>
    synthesized.all("aws_vpc_endpoint").map(({ service_name }) => service_name.split(".").at(-1));
  expect(services(build(false))).not.toContain("sqs");
  const withCalls = build(true);
  expect(services(withCalls)).toEqual(expect.arrayContaining(["sqs", "ecs"]));
  expect(withCalls.platform.costs).toContainEqual({ what: "4 VPC endpoints for calls", monthly: expect.closeTo(29.2) });
  const { depends_on } = withCalls.synthesized.one("aws_ecs_service", "work");
  expect(depends_on).toContainEqual(expect.stringMatching(/aws_vpc_endpoint\.network_sqs-endpoint/));
});
