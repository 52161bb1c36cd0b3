import { Aspects, type IAspect, TerraformElement } from "cdktf";
import { Platform } from "slipway";
import { kebabCase } from "../../lib/naming";
import { KEY_ATTRIBUTE } from "../../lib/tokens/item";
import { addEndpoint, type Config, DOMAIN, deploy, newStack, PLATFORM, Synthesized } from "./stacks";

const CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b";

const inDomain = deploy(DOMAIN).synthesized;
const inPaths = deploy().synthesized;

const ruleTypes = ["aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"];
const address = (type: string, id: string) => expect.stringMatching(new RegExp(`^(\\$\\{)?${type}\\.${id}_\\w+`));

describe("the load balancer", () => {
  test("is public, strict about requests, and keeps idle connections for five minutes", () => {
    expect(inDomain.one("aws_lb")).toMatchObject({
      internal: false,
      load_balancer_type: "application",
      subnets: [
        address("aws_subnet", "platform_network_public-subnet-1"),
        address("aws_subnet", "platform_network_public-subnet-2"),
      ],
      drop_invalid_header_fields: true,
      desync_mitigation_mode: "strictest",
      idle_timeout: 300,
    });
  });

  test("is in the private subnets when internal, under another name, since AWS has to replace it", () => {
    const internal = deploy({ scheme: "internal" }).synthesized.one("aws_lb");
    expect(internal).toMatchObject({
      internal: true,
      subnets: [
        address("aws_subnet", "platform_network_private-subnet-1"),
        address("aws_subnet", "platform_network_private-subnet-2"),
      ],
    });
    expect(internal.name).not.toBe(inPaths.one("aws_lb").name);
  });

  test("begins logging when its bucket lets it: it checks that at once", () => {
    const lb = inDomain.one("aws_lb");
    expect(lb.access_logs).toEqual({ bucket: address("aws_s3_bucket", "platform_access-log-bucket"), enabled: true });
    expect(lb.depends_on).toEqual([address("aws_s3_bucket_policy", "platform_access-log-bucket-policy")]);
  });

  test("is guarded by the web ACL that was given", () => {
    expect(inDomain.types).not.toContain("aws_wafv2_web_acl_association");
    const webAclArn = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acme/0a1b";
    expect(deploy({ webAclArn }).synthesized.one("aws_wafv2_web_acl_association")).toEqual({
      resource_arn: address("aws_lb", "platform_load-balancer"),
      web_acl_arn: webAclArn,
    });
  });
});

describe("the listeners", () => {
  const notFound = [
    {
      type: "fixed-response",
      fixed_response: {
        content_type: "text/plain",
        message_body: "No endpoint at this address.\n",
        status_code: "404",
      },
    },
  ];

  test("with a domain are HTTPS with a current TLS policy, and HTTP that leads there", () => {
    expect(inDomain.one("aws_lb_listener", "platform_https")).toMatchObject({
      port: 443,
      protocol: "HTTPS",
      ssl_policy: "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
      certificate_arn: address("aws_acm_certificate_validation", "platform_certificate-validation"),
      default_action: notFound,
    });
    expect(inDomain.one("aws_lb_listener", "platform_http-")).toMatchObject({
      port: 80,
      default_action: [{ type: "redirect", redirect: { port: "443", protocol: "HTTPS", status_code: "HTTP_301" } }],
    });
  });

  test("without a domain are one, plain HTTP, with 404 for what is no endpoint", () => {
    expect(inPaths.all("aws_lb_listener")).toEqual([
      expect.objectContaining({ port: 80, protocol: "HTTP", default_action: notFound }),
    ]);
  });
});

describe("the certificate", () => {
  test("is for every host of the domain, proven in the zone, and replaced before it goes", () => {
    expect(inDomain.one("aws_acm_certificate")).toMatchObject({
      domain_name: "*.apps.acme.com",
      validation_method: "DNS",
      lifecycle: { create_before_destroy: true },
    });
    expect(inDomain.one("aws_route53_record", "platform_certificate-record")).toMatchObject({
      zone_id: "Z0123456789ABC",
      allow_overwrite: true,
    });
    expect(inDomain.one("aws_acm_certificate_validation").timeouts).toEqual({ create: "15m" });
  });

  test("fails the plan when the zone does not hold the domain, which would hang the apply", () => {
    const [precondition] = inDomain.one("aws_acm_certificate").lifecycle.precondition;
    expect(precondition.condition).toMatch(
      /^\$\{endswith\("\.apps\.acme\.com", "\.\$\{trimsuffix\(data\.aws_route53_zone\..*\.name, "\."\)\}"\)\}$/,
    );
    expect(precondition.error_message).toContain("apps.acme.com is not in the hosted zone Z0123456789ABC");
  });

  test("is the one that was given, and then none is made", () => {
    const given = deploy({ domain: "apps.acme.com", certificateArn: CERTIFICATE }).synthesized;
    expect(given.one("aws_lb_listener", "platform_https").certificate_arn).toBe(CERTIFICATE);
    for (const type of ["aws_acm_certificate", "aws_acm_certificate_validation", "aws_route53_record"]) {
      expect(given.types).not.toContain(type);
    }
  });

  test("with certificate and zone both given, only the alias is made in the zone", () => {
    const given = deploy({ ...DOMAIN, certificateArn: CERTIFICATE }).synthesized;
    expect(given.all("aws_route53_record").map(({ name }) => name)).toEqual(["*.apps.acme.com"]);
    expect(given.types).not.toContain("aws_acm_certificate");
  });

  test("the alias does not fail over while some target group is empty", () => {
    expect(inDomain.one("aws_route53_record", "platform_wildcard-alias")).toEqual({
      zone_id: "Z0123456789ABC",
      name: "*.apps.acme.com",
      type: "A",
      alias: {
        name: address("aws_lb", "platform_load-balancer"),
        zone_id: address("aws_lb", "platform_load-balancer"),
        evaluate_target_health: false,
      },
    });
  });
});

describe("the security groups", () => {
  const rules = (synthesized: Synthesized) =>
    ruleTypes.flatMap((type) => Object.entries<Config>(synthesized.json.resource[type] ?? {}));

  test("let clients to the load balancer, the load balancer to gateways, and nothing else to gateways", () => {
    const ports = (start: string) =>
      rules(inDomain)
        .filter(([id]) => id.startsWith(start))
        .map(([, { from_port, to_port, ip_protocol }]) => [from_port, to_port, ip_protocol]);
    expect(ports("platform_alb-from")).toEqual([
      [443, 443, "tcp"],
      [80, 80, "tcp"],
    ]);
    const toGateways = [
      [18081, 18081, "tcp"],
      [18080, 18080, "tcp"],
    ];
    expect(ports("platform_gateway-from")).toEqual(toGateways);
    expect(ports("platform_alb-to")).toEqual(toGateways);
    for (const [, rule] of rules(inDomain).filter(([id]) => id.startsWith("platform_gateway-from"))) {
      expect(rule.referenced_security_group_id).toEqual(address("aws_security_group", "platform_alb-security-group"));
      expect(rule).not.toHaveProperty("cidr_ipv4");
    }
  });

  test("have their rules as resources of their own, each with a description", () => {
    for (const group of inDomain.all("aws_security_group")) {
      expect(group).not.toHaveProperty("ingress");
      expect(group).not.toHaveProperty("egress");
      expect(group.lifecycle).toEqual({ create_before_destroy: true });
      expect(group.description).toMatch(/^Slipway/);
    }
    expect(rules(inDomain)).toHaveLength(7);
    for (const [, { description }] of rules(inDomain)) expect(description).toMatch(/^[\w .,]{3,255}$/);
  });

  test("do not open a port for HTTPS where there is none", () => {
    expect(inPaths.all("aws_vpc_security_group_ingress_rule").map(({ to_port }) => to_port)).not.toContain(443);
  });

  test("admit the ranges that were given, each in a rule that is named by it and so outlives changes to the others", () => {
    const clients = (allowCidrs: string[]) =>
      Object.fromEntries(
        rules(deploy({ allowCidrs }).synthesized)
          .filter(([id]) => id.startsWith("platform_alb-from"))
          .map(([id, { cidr_ipv4 }]) => [id, cidr_ipv4]),
      );
    const three = clients(["203.0.113.0/24", "10.0.0.0/8", "255.255.255.255/32"]);
    expect(Object.values(three).sort()).toEqual(["10.0.0.0/8", "203.0.113.0/24", "255.255.255.255/32"]);
    expect(three).toMatchObject(clients(["10.0.0.0/8", "255.255.255.255/32"]));
  });
});

describe("the log bucket", () => {
  test("is closed to the public, encrypted as load balancers need it, and forgets after 90 days", () => {
    expect(inDomain.one("aws_s3_bucket_public_access_block")).toMatchObject({
      block_public_acls: true,
      block_public_policy: true,
      ignore_public_acls: true,
      restrict_public_buckets: true,
    });
    expect(inDomain.one("aws_s3_bucket_server_side_encryption_configuration").rule).toEqual([
      { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } },
    ]);
    expect(inDomain.one("aws_s3_bucket_lifecycle_configuration").rule[0]).toMatchObject({ expiration: [{ days: 90 }] });
    expect(inDomain.one("aws_s3_bucket_ownership_controls").rule).toEqual({ object_ownership: "BucketOwnerEnforced" });
  });

  test("lets load balancers of this account write, and nobody without TLS do anything", () => {
    const { Statement } = JSON.parse(inDomain.one("aws_s3_bucket_policy").policy);
    expect(Statement).toEqual([
      expect.objectContaining({
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: expect.stringMatching(/\.arn\}\/AWSLogs\/\$\{data\.aws_caller_identity\..*\.account_id\}\/\*$/),
      }),
      expect.objectContaining({
        Effect: "Deny",
        Principal: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      }),
    ]);
  });
});

describe("cluster, tables and topic", () => {
  test("the cluster offers Fargate, and has insights whose logs expire and go with it", () => {
    expect(inDomain.one("aws_ecs_cluster")).toMatchObject({
      setting: [{ name: "containerInsights", value: "enabled" }],
      depends_on: [address("aws_cloudwatch_log_group", "platform_cluster-insights-log-group")],
    });
    expect(inDomain.one("aws_cloudwatch_log_group", "platform_cluster-insights")).toMatchObject({
      name: `/aws/ecs/containerinsights/${inDomain.one("aws_ecs_cluster").name}/performance`,
      retention_in_days: 90,
    });
    expect(inDomain.one("aws_ecs_cluster_capacity_providers")).toMatchObject({
      capacity_providers: ["FARGATE", "FARGATE_SPOT"],
      default_capacity_provider_strategy: [{ capacity_provider: "FARGATE", weight: 1 }],
    });
  });

  test("the tables are paid by request and can be restored to any second", () => {
    const common = { billing_mode: "PAY_PER_REQUEST", point_in_time_recovery: { enabled: true } };
    expect(inDomain.all("aws_dynamodb_table")).toEqual([
      expect.objectContaining({ ...common, hash_key: "pk", range_key: "sk" }),
      expect.objectContaining({ ...common, hash_key: KEY_ATTRIBUTE, attribute: [{ name: KEY_ATTRIBUTE, type: "S" }] }),
    ]);
    expect(inDomain.one("aws_dynamodb_table", "platform_tokens_")).not.toHaveProperty("range_key");
  });

  test("the tokens table's name is known at synth, since gateways' configuration holds it", () => {
    const { platform, synthesized } = deploy({
      transform: { tokens: (config) => ({ ...config, name: "our-tokens" }) },
    });
    expect(platform.attributes.tokensTableName).toBe("our-tokens");
    expect(synthesized.one("aws_dynamodb_table", "platform_tokens_").name).toBe("our-tokens");
    expect(platform.attributes.tokensTableArn).toMatch(/TfToken/);
  });

  test("the key that was given encrypts logs, tables and topic", () => {
    const { synthesized } = deploy({ kmsKeyArn: KEY });
    const encrypted = { enabled: true, kms_key_arn: KEY };
    const encryptions = synthesized.all("aws_dynamodb_table").map((table) => table.server_side_encryption);
    expect(encryptions).toEqual([encrypted, encrypted]);
    expect(synthesized.one("aws_sns_topic").kms_master_key_id).toBe(KEY);
    const groups = ["platform_cluster-insights", "greet_log-group"];
    for (const id of groups) expect(synthesized.one("aws_cloudwatch_log_group", id).kms_key_id).toBe(KEY);
    expect(JSON.stringify(inDomain.json)).not.toContain("kms_");
  });

  test("logs are kept as long as was asked", () => {
    const { synthesized } = deploy({ logRetentionDays: 365 });
    expect(synthesized.one("aws_cloudwatch_log_group", "greet_log-group").retention_in_days).toBe(365);
  });
});

describe("protection", () => {
  const protection = (synthesized: Synthesized) => ({
    loadBalancer: synthesized.one("aws_lb").enable_deletion_protection,
    tables: synthesized.all("aws_dynamodb_table").map((table) => table.deletion_protection_enabled),
    bucketIsEmptied: synthesized.one("aws_s3_bucket").force_destroy,
  });

  test("is on everywhere by default, and off everywhere together", () => {
    expect(protection(inDomain)).toEqual({ loadBalancer: true, tables: [true, true], bucketIsEmptied: false });
    expect(protection(deploy({ protect: false }).synthesized)).toEqual({
      loadBalancer: false,
      tables: [false, false],
      bucketIsEmptied: true,
    });
  });
});

describe("observability", () => {
  const costly = ["aws_cloudwatch_metric_alarm", "aws_cloudwatch_dashboard", "aws_sns_topic"];

  test("that is minimal makes no alarm, dashboard, topic or insights", () => {
    const { synthesized } = deploy({ observability: "minimal" });
    expect(synthesized.types.filter((type) => costly.includes(type))).toEqual([]);
    expect(synthesized.one("aws_ecs_cluster").setting).toEqual([{ name: "containerInsights", value: "disabled" }]);
    expect(synthesized.all("aws_cloudwatch_log_group")).toHaveLength(2);
  });

  test("that is minimal keeps the alarms that an endpoint asks for", () => {
    const alarmTopicArn = "arn:aws:sns:us-east-1:123456789012:alarms";
    const { synthesized } = deploy(
      { observability: "minimal", alarmTopicArn },
      { quiet: {}, loud: { alarms: { errorRate: 1 } } },
    );
    const alarms = synthesized.all("aws_cloudwatch_metric_alarm");
    expect(alarms.map(({ alarm_description }) => alarm_description.split(":")[0])).toEqual([
      "hello/loud",
      "hello/loud",
    ]);
    expect(alarms.map(({ alarm_actions }) => alarm_actions)).toEqual([[alarmTopicArn], [alarmTopicArn]]);
  });
});

describe("tags", () => {
  test("name the platform on what is shared, the function on what is its own", () => {
    const { synthesized } = deploy({ environment: "prod" });
    const shared = { "slipway:workspace": "acme", "slipway:environment": "prod" };
    for (const type of ["aws_lb", "aws_ecs_cluster", "aws_dynamodb_table", "aws_s3_bucket", "aws_sns_topic"]) {
      for (const { tags } of synthesized.all(type)) expect(tags).toEqual(shared);
    }
    for (const type of ["aws_ecs_service", "aws_ecs_task_definition", "aws_lb_target_group", "aws_lb_listener_rule"]) {
      expect(synthesized.one(type).tags).toEqual({ "slipway:app": "hello", "slipway:function": "greet" });
    }
  });

  test("can be added to everything that takes tags, by an aspect", () => {
    const stack = newStack();
    addEndpoint(stack, new Platform(stack, "platform", { ...PLATFORM, ...DOMAIN }));
    const team: IAspect = {
      visit(node) {
        if ("tagsInput" in node && TerraformElement.isTerraformElement(node)) {
          Object.assign(node, { tags: { ...(node.tagsInput as object), team: "ml" } });
        }
      },
    };
    Aspects.of(stack).add(team);
    const { json } = new Synthesized(stack);
    const untagged = Object.entries<Config>(json.resource).flatMap(([type, all]) =>
      Object.values<Config>(all).some(({ tags }) => tags?.team !== "ml") ? [type] : [],
    );
    expect(untagged.sort()).toEqual([
      "aws_acm_certificate_validation",
      "aws_appautoscaling_policy",
      "aws_cloudwatch_dashboard",
      "aws_dynamodb_table_item",
      "aws_ecs_cluster_capacity_providers",
      "aws_iam_role_policy",
      "aws_route",
      "aws_route53_record",
      "aws_route_table_association",
      "aws_s3_bucket_lifecycle_configuration",
      "aws_s3_bucket_ownership_controls",
      "aws_s3_bucket_policy",
      "aws_s3_bucket_public_access_block",
      "aws_s3_bucket_server_side_encryption_configuration",
    ]);
    expect(json.resource.aws_lb[Object.keys(json.resource.aws_lb)[0]!].tags).toMatchObject({
      "slipway:workspace": "acme",
    });
  });
});

test("the platform exposes every resource that it made, by the name that is its construct id", () => {
  const { platform } = deploy(DOMAIN);
  for (const [name, resource] of Object.entries(platform.resources)) {
    expect(resource.node.path).toBe(`stack/platform/${kebabCase(name)}`);
  }
  expect(Object.keys(platform.resources)).toContain("httpsListener");
  expect(Object.keys(deploy().platform.resources)).not.toContain("httpsListener");
});

test("only what AWS replaces by name is made before the old one goes", () => {
  const early = Object.entries<Config>(inDomain.json.resource).flatMap(([type, all]) =>
    Object.values<Config>(all).some(({ lifecycle }) => lifecycle?.create_before_destroy) ? [type] : [],
  );
  expect(early.sort()).toEqual(["aws_acm_certificate", "aws_lb_target_group", "aws_security_group"]);
});
