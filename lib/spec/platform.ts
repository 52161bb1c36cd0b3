import { z } from "zod";
import { ENVIRONMENT_PATTERN, WORKSPACE_PATTERN } from "../naming";
import { deepFreeze, type Parsed, parseProps, type Reference } from "./parse";
import { type Duration, duration, flag, integer, leaf, oneOf, refuse, text } from "./values";

/** A platform's props less the constructs among them (`network`, `transform`). */
export interface PlatformOptions {
  /** Owner of the platform: 1 to 20 of a-z, 0-9 and single dashes. The first part of every host and physical name. */
  readonly workspace: string;
  /**
   * Stage, such as `"prod"` or `"staging"`: 1 to 20 of a-z, 0-9 and single dashes. Joined to hosts as `<workspace>-<environment>`.
   * @default - none
   */
  readonly environment?: string;
  /**
   * Endpoints are at `https://<host label>.<domain>`, under one wildcard certificate. Without a domain they are paths
   * (`http://<load balancer>/<label>/`) over plain HTTP, and the synth warns.
   * @default - path mode
   */
  readonly domain?: string;
  /**
   * Route 53 public hosted zone that holds `domain`: the certificate is validated and `*.<domain>` points to the load balancer.
   * @default - none; then `certificateArn` is needed, and DNS is yours
   */
  readonly hostedZoneId?: string;
  /**
   * A certificate in ACM, in the stack's region, for `*.<domain>`.
   * @default - one is requested when `hostedZoneId` is set
   */
  readonly certificateArn?: string;
  /**
   * Whether the load balancer has public addresses.
   * @default "internet-facing"
   */
  readonly scheme?: "internet-facing" | "internal";
  /**
   * IPv4 ranges that may connect to the load balancer.
   * @default ["0.0.0.0/0"]
   */
  readonly allowCidrs?: readonly string[];
  /** URI of the gateway's image. Pin it by digest. */
  readonly gatewayImage: string;
  /**
   * Time without a byte after which the load balancer closes a connection, 1 s to 4000 s.
   * @default 300
   */
  readonly idleTimeout?: Duration;
  /**
   * Days that logs are kept; one of CloudWatch Logs' own periods.
   * @default 90
   */
  readonly logRetentionDays?: number;
  /**
   * SNS topic that alarms notify.
   * @default - a topic is created, without subscriptions
   */
  readonly alarmTopicArn?: string;
  /**
   * Customer-managed KMS key for log groups, the registry table and the alarms topic. Its policy must allow CloudWatch Logs and
   * CloudWatch alarms to use it.
   * @default - keys owned by AWS
   */
  readonly kmsKeyArn?: string;
  /**
   * AWS WAF web ACL (regional) for the load balancer.
   * @default - none
   */
  readonly webAclArn?: string;
  /**
   * `true`: load balancer and table have deletion protection, and the log bucket is kept while it has objects.
   * `false`: everything can be destroyed.
   * @default true
   */
  readonly protect?: boolean;
  /**
   * An apply ends only when the new version runs, and fails when the circuit breaker rolled it back.
   * @default true
   */
  readonly waitForDeploy?: boolean;
  /**
   * `"standard"`: Container Insights, alarms, and one dashboard an app. `"minimal"`: logs and CloudWatch's free metrics only.
   * @default "standard"
   */
  readonly observability?: "minimal" | "standard";
  /**
   * This stack's share of the listener's rule priorities, 0 to 15. Stacks that share a platform each need their own.
   * @default 0
   */
  readonly priorityBand?: number;
}

export interface PlatformSpec {
  readonly workspace: string;
  readonly environment?: string;
  readonly domain?: string;
  readonly hostedZoneId?: string;
  readonly certificateArn?: string;
  readonly scheme: "internet-facing" | "internal";
  readonly allowCidrs: readonly string[];
  readonly gatewayImage: string;
  readonly idleTimeout: number;
  readonly logRetentionDays: number;
  readonly alarmTopicArn?: string;
  readonly kmsKeyArn?: string;
  readonly webAclArn?: string;
  readonly protect: boolean;
  readonly waitForDeploy: boolean;
  readonly observability: "minimal" | "standard";
  readonly priorityBand: number;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const nameRule = "must be 1 to 20 lowercase letters, digits and single dashes, with no dash at an end";
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;
const CIDR = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\/)|(?=\/))){4}\/(?:3[0-2]|[12]?\d)$/;

const arn = (service: string, example: string, token: "late" | "early" = "late") =>
  text({
    token,
    pattern: new RegExp(`^arn:[a-z-]+:${service}:`),
    allowed: `must be an ARN of ${service}`,
    fix: `Write for example "${example}"`,
  });

const imageUri = text({
  token: "late",
  pattern: /^[^\s/][^\s]*$/,
  allowed: "must be an image URI without spaces or scheme",
  fix: 'Write for example "123456789012.dkr.ecr.us-east-1.amazonaws.com/app@sha256:…"',
  example: '"123456789012.dkr.ecr.us-east-1.amazonaws.com/app@sha256:…"',
  read: (value) =>
    value.includes("://") ? refuse("must have no scheme", `Write "${value.replace(/^.*:\/\//, "")}"`) : value,
});

const shared = {
  workspace: text({
    token: "early",
    pattern: WORKSPACE_PATTERN,
    allowed: nameRule,
    fix: 'Write for example "acme"',
    example: '"acme"',
  }),
  environment: text({
    token: "early",
    pattern: ENVIRONMENT_PATTERN,
    allowed: nameRule,
    fix: 'Write for example "prod"',
  }).optional(),
  domain: text({
    token: "early",
    pattern: DOMAIN,
    allowed: "must be a domain name in lower case, without a scheme, a port or a trailing dot",
    fix: 'Write for example "apps.acme.com"',
  }).optional(),
  gatewayImage: imageUri,
  idleTimeout: duration({ min: 1, max: 4000, reason: "the load balancer's own limit" }).default(300),
  logRetentionDays: oneOf(LOG_RETENTION_DAYS, "CloudWatch Logs keeps logs for these periods").default(90),
  alarmTopicArn: arn("sns", "arn:aws:sns:us-east-1:123456789012:alarms").optional(),
  kmsKeyArn: arn("kms", "arn:aws:kms:us-east-1:123456789012:key/…").optional(),
  waitForDeploy: flag().default(true),
  observability: oneOf(["minimal", "standard"]).default("standard"),
};

const priorityBand = integer({ min: 0, max: 15, fix: "Give each stack that shares a platform its own band, 0 to 15" });

const platformSchema = z
  .strictObject({
    ...shared,
    hostedZoneId: text({
      token: "late",
      pattern: /^Z[A-Z0-9]+$/,
      allowed: 'must be a hosted zone id such as "Z0123456789ABC"',
      fix: "Copy it from Route 53",
    }).optional(),
    certificateArn: arn("acm", "arn:aws:acm:us-east-1:123456789012:certificate/…").optional(),
    scheme: oneOf(["internet-facing", "internal"]).default("internet-facing"),
    allowCidrs: leaf<readonly string[]>(
      (value) => {
        if (!Array.isArray(value) || value.length === 0)
          return refuse("must be a list of IPv4 ranges", 'Write for example ["203.0.113.0/24"]');
        const wrong = value.find((range) => typeof range !== "string" || !CIDR.test(range));
        return wrong === undefined
          ? value
          : refuse(`holds ${JSON.stringify(wrong)}, which is no IPv4 range`, 'Write for example ["203.0.113.0/24"]');
      },
      { token: "late" },
    ).default(["0.0.0.0/0"]),
    webAclArn: arn("wafv2", "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/…").optional(),
    protect: flag().default(true),
    priorityBand: priorityBand.default(0),
  })
  .superRefine((spec, context) => {
    const issue = (prop: string, code: string, message: string, fix: string) =>
      context.addIssue({ code: "custom", path: [prop], message, params: { code, fix }, input: undefined });
    if (spec.domain && !spec.hostedZoneId && !spec.certificateArn) {
      issue(
        "domain",
        "SLIPWAY_E_MISSING_PROP",
        `"${spec.domain}" needs a certificate`,
        "Set hostedZoneId (the certificate is made and validated), or certificateArn",
      );
    }
    if (!spec.domain && spec.hostedZoneId)
      issue(
        "hostedZoneId",
        "SLIPWAY_E_INVALID_VALUE",
        "is of no use without a domain",
        "Set domain, or remove hostedZoneId",
      );
    if (!spec.domain && spec.certificateArn)
      issue(
        "certificateArn",
        "SLIPWAY_E_INVALID_VALUE",
        "is of no use without a domain",
        "Set domain, or remove certificateArn",
      );
  });

export function parsePlatform(
  props: unknown,
  path: string,
  references: Readonly<Record<string, Reference>>,
): Parsed<PlatformSpec> {
  const spec = deepFreeze(parseProps(platformSchema, props, path, references)) as PlatformSpec;
  const warnings = [
    ...(spec.domain ? [] : ["no domain: endpoints are paths over plain HTTP. Set domain and hostedZoneId for HTTPS"]),
    ...mutableImageWarning("gatewayImage", spec.gatewayImage),
  ];
  return { spec, warnings };
}

/** An image whose content can change under its name: a later task may run other code than the one that was reviewed. */
export function mutableImageWarning(prop: string, image: string): string[] {
  const lastPart = image.slice(image.lastIndexOf("/") + 1);
  const mutable =
    !image.includes("@") && (!lastPart.includes(":") || lastPart.endsWith(":latest")) && !image.includes("{");
  return mutable
    ? [`${prop} "${image}" names no fixed version: tasks that start later may run other code. Pin a tag or a digest`]
    : [];
}

/** What a platform publishes for stacks that use it: plain strings and numbers, as `platform.attributes` prints them. */
export interface PlatformAttributes {
  readonly workspace: string;
  readonly environment?: string;
  readonly domain?: string;
  /** Region of the platform, a literal. */
  readonly region: string;
  readonly vpcId: string;
  readonly privateSubnetIds: readonly string[];
  readonly gatewaySecurityGroupId: string;
  readonly loadBalancerArn: string;
  /** The part of the load balancer's ARN that CloudWatch uses: `app/<name>/<id>`. */
  readonly loadBalancerFullName: string;
  readonly loadBalancerDnsName: string;
  readonly listenerArn: string;
  readonly clusterArn: string;
  readonly clusterName: string;
  readonly registryTableName: string;
  readonly gatewayImage: string;
  /** Seconds. */
  readonly idleTimeout: number;
  readonly logRetentionDays: number;
  readonly alarmTopicArn?: string;
  readonly kmsKeyArn?: string;
  readonly waitForDeploy: boolean;
  readonly observability: "minimal" | "standard";
  /** The using stack's own share of the rule priorities, 0 to 15; no other stack on this platform may have the same. */
  readonly priorityBand: number;
}

const late = (example: string) =>
  text({ token: "late", example: `"${example}"`, fix: `Write for example "${example}"` });

const platformAttributesSchema = z.strictObject({
  ...shared,
  region: text({
    token: "early",
    pattern: /^[a-z]{2}(-[a-z]+)+-\d$/,
    allowed: "must be a region",
    fix: 'Write for example "us-east-1"',
    example: '"us-east-1"',
  }),
  vpcId: late("vpc-0123abcd"),
  privateSubnetIds: leaf<readonly string[]>(
    (value) =>
      Array.isArray(value) && value.length > 0 && value.every((id) => typeof id === "string" && id !== "")
        ? value
        : refuse("must be a list of subnet ids", 'Write for example ["subnet-0a…", "subnet-0b…"]'),
    { token: "late", example: '["subnet-0a…", "subnet-0b…"]' },
  ),
  gatewaySecurityGroupId: late("sg-0123abcd"),
  loadBalancerArn: late("arn:aws:elasticloadbalancing:…:loadbalancer/app/acme/…"),
  loadBalancerFullName: late("app/acme/0123456789abcdef"),
  loadBalancerDnsName: late("acme-123.us-east-1.elb.amazonaws.com"),
  listenerArn: late("arn:aws:elasticloadbalancing:…:listener/app/acme/…"),
  clusterArn: late("arn:aws:ecs:us-east-1:123456789012:cluster/acme"),
  clusterName: late("acme-0123abcd"),
  registryTableName: late("acme-0123abcd"),
  priorityBand,
});

export function parsePlatformAttributes(attributes: unknown, path: string): PlatformAttributes {
  return deepFreeze(parseProps(platformAttributesSchema, attributes, path)) as PlatformAttributes;
}
