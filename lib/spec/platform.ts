import { z } from "zod";
import { ENVIRONMENT_PATTERN, WORKSPACE_PATTERN } from "../naming";
import { display } from "./errors";
import { imageUri, mutableImageWarning } from "./image-uri";
import { ipv4Range } from "./ipv4-range";
import { frozenCopy, type Parsed, parseProps, type Reference, withPairs } from "./parse";
import { type TracingOptions, tracing } from "./tracing";
import { type Duration, duration, flag, integer, leaf, oneOf, Refused, refuse, text } from "./values";

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
   * (`http://<load balancer>/<label>/`) over plain HTTP, and the synth warns. At most 62 characters, which is ACM's limit, unless
   * `certificateArn` is given.
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
   * IPv4 ranges in CIDR notation that may connect to the load balancer, known at synth.
   * @default ["0.0.0.0/0"]
   */
  readonly allowCidrs?: readonly string[];
  /**
   * URI of the gateway's image, for architectures that all functions have. Pin it by digest.
   * @default - the deploy of each stack builds the gateway of its own version of the library, and pushes it
   */
  readonly gatewayImage?: string;
  /**
   * Who builds the images that are built from local files: "build", the deploy, which takes a builder where Terraform runs; or "prebuilt",
   * somebody who runs `slipway images push` before it, for runners that have no builder. Then a plan that lacks one fails.
   * @default "build"
   */
  readonly images?: "build" | "prebuilt";
  /**
   * Time without a byte after which the load balancer closes a connection, 11 s to 4000 s. Endpoints' requestTimeout and
   * idleTimeout stay below it.
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
   * Customer-managed KMS key, by its own ARN and not an alias's, for log groups, tables, queues, the bucket of calls and the alarms topic. Its
   * policy must allow CloudWatch Logs and CloudWatch alarms to use it.
   * @default - keys owned by AWS
   */
  readonly kmsKeyArn?: string;
  /**
   * AWS WAF web ACL (regional) for the load balancer.
   * @default - none
   */
  readonly webAclArn?: string;
  /**
   * `true`: load balancer and tables have deletion protection, and the log bucket is kept while it has objects.
   * `false`: everything can be destroyed.
   * @default true
   */
  readonly protect?: boolean;
  /**
   * Without a domain, which means plain HTTP: let endpoints have `requiresProxyAuth` and `publicCalls` all the same. Whoever sees the
   * traffic then has the tokens, so it is for networks that are trusted as they are.
   * @default false
   */
  readonly allowInsecure?: boolean;
  /**
   * An apply ends only when the new version runs, and fails when the circuit breaker rolled it back.
   * @default true
   */
  readonly waitForDeploy?: boolean;
  /**
   * `"standard"`: Container Insights, alarms, and one dashboard an app. `"minimal"`: logs, CloudWatch's free metrics, and the three
   * of each endpoint's gateways, which scaling needs.
   * @default "standard"
   */
  readonly observability?: "minimal" | "standard";
  /**
   * The gateways send a span of each traced request to an OpenTelemetry collector, and tell the app its trace by `traceparent`.
   * @default - no spans; `traceparent` passes as it came
   */
  readonly tracing?: TracingOptions;
  /**
   * Have what function calls need (a table, a bucket, the control service, about $18 a month) though this stack has no
   * SpawnFunction: for stacks that import the platform and have some.
   * @default - when this stack has a SpawnFunction
   */
  readonly calls?: boolean;
  /**
   * Time that a finished call's result can be asked for, 1 h to 30 d.
   * @default "7d"
   */
  readonly callRetention?: Duration;
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
  readonly gatewayImage?: string;
  readonly images: "build" | "prebuilt";
  readonly idleTimeout: number;
  readonly logRetentionDays: number;
  readonly alarmTopicArn?: string;
  readonly kmsKeyArn?: string;
  readonly webAclArn?: string;
  readonly protect: boolean;
  readonly allowInsecure: boolean;
  readonly waitForDeploy: boolean;
  readonly observability: "minimal" | "standard";
  readonly tracing?: Required<TracingOptions>;
  readonly calls: boolean;
  /** Seconds. */
  readonly callRetention: number;
  readonly priorityBand: number;
}

/** @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

const nameRule = "must be 1 to 20 lowercase letters, digits and single dashes, with no dash at an end";
const DOMAIN = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;

/** ACM's limit for a certificate's first name, which here is `*.<domain>`. @see https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html */
const LONGEST_CERTIFICATE_NAME = 64;

const arn = (service: string, resource: string, example: string) =>
  text({
    token: "late",
    pattern: new RegExp(`^arn:[a-z-]+:${service}:[a-z0-9-]+:\\d{12}:${resource}[\\w./-]+$`),
    allowed: `must be an ARN such as "${example}"`,
    fix: "Copy it from AWS, or pass the resource's arn",
  });

const allowCidrs = leaf<readonly string[]>(
  (value) => {
    const fix = 'Write for example ["203.0.113.0/24"]';
    if (!Array.isArray(value) || value.length === 0) return refuse("must be a list of IPv4 ranges", fix);
    for (const range of value) {
      const read = typeof range === "string" ? ipv4Range(range) : refuse("is not an IPv4 range in CIDR notation", fix);
      if (read instanceof Refused)
        return refuse(`holds ${display(range)}, which ${read.refusal.message}`, read.refusal.fix);
    }
    return new Set(value).size === value.length ? value : refuse("names a range twice", "Name each range once");
  },
  { token: "early" },
);

/** Props that stacks which import the platform need as they are. */
export const sharedWithStacks = {
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
  gatewayImage: imageUri("slipway-gateway").optional(),
  images: oneOf(["build", "prebuilt"]).default("build"),
  idleTimeout: duration({
    min: 11,
    max: 4000,
    reason: "endpoints answer up to 10 s before it ends, and load balancers end at 4000 s",
  }).default(300),
  logRetentionDays: oneOf(LOG_RETENTION_DAYS, "CloudWatch Logs keeps logs for these periods").default(90),
  alarmTopicArn: arn("sns", "", "arn:aws:sns:us-east-1:123456789012:alarms").optional(),
  kmsKeyArn: arn("kms", "key/", "arn:aws:kms:us-east-1:123456789012:key/0123-…").optional(),
  allowInsecure: flag().default(false),
  waitForDeploy: flag().default(true),
  observability: oneOf(["minimal", "standard"]).default("standard"),
  tracing: tracing.optional(),
};

export const callRetention = duration({
  min: 3600,
  max: 30 * 86_400,
  reason: "calls are kept to be asked for, not as an archive",
});

export const priorityBand = integer({
  min: 0,
  max: 15,
  fix: "Give each stack that shares a platform its own band, 0 to 15",
  example: "1: each stack that shares a platform has a band of its own",
});

const platformSchema = withPairs(
  z.strictObject({
    ...sharedWithStacks,
    hostedZoneId: text({
      token: "late",
      pattern: /^Z[A-Z0-9]+$/,
      allowed: 'must be a hosted zone id such as "Z0123456789ABC"',
      fix: "Copy it from Route 53",
    }).optional(),
    certificateArn: arn("acm", "certificate/", "arn:aws:acm:us-east-1:123456789012:certificate/0123-…").optional(),
    scheme: oneOf(["internet-facing", "internal"]).default("internet-facing"),
    allowCidrs: allowCidrs.default(["0.0.0.0/0"]),
    webAclArn: arn(
      "wafv2",
      "regional/webacl/",
      "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/acme/0123-…",
    ).optional(),
    protect: flag().default(true),
    calls: flag().default(false),
    callRetention: callRetention.default(7 * 86_400),
    priorityBand: priorityBand.default(0),
  }),
  ({ domain, hostedZoneId, certificateArn }, report, unread) => {
    if (["domain", "hostedZoneId", "certificateArn"].some((prop) => unread.has(prop))) return;
    if (domain && !hostedZoneId && !certificateArn) {
      report({
        code: "SLIPWAY_E_MISSING_PROP",
        prop: "domain",
        value: domain,
        message: "needs a certificate",
        fix: "Set hostedZoneId (the certificate is made and validated), or certificateArn",
      });
    }
    if (domain && !certificateArn && `*.${domain}`.length > LONGEST_CERTIFICATE_NAME) {
      report({
        prop: "domain",
        value: domain,
        message: `has ${domain.length} characters; ACM makes a certificate for *.<domain> of at most ${LONGEST_CERTIFICATE_NAME - 2}`,
        fix: "Use a shorter domain, or set certificateArn",
      });
    }
    if (domain) return;
    for (const [prop, value] of Object.entries({ hostedZoneId, certificateArn })) {
      if (value)
        report({ prop, value, message: "is of no use without a domain", fix: `Set domain, or remove ${prop}` });
    }
  },
);

export function parsePlatform(
  props: unknown,
  path: string,
  references: Readonly<Record<string, Reference>>,
): Parsed<PlatformSpec> {
  const spec = frozenCopy(parseProps(platformSchema, props, path, references)) as PlatformSpec;
  const warnings = [
    ...(spec.domain ? [] : ["no domain: endpoints are paths over plain HTTP. Set domain and hostedZoneId for HTTPS"]),
    ...(spec.gatewayImage ? mutableImageWarning("gatewayImage", spec.gatewayImage) : []),
  ];
  return { spec, warnings };
}
