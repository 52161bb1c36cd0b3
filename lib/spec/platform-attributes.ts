import { z } from "zod";
import { subnetIds } from "./network";
import { frozenCopy, parseProps } from "./parse";
import { callRetention, priorityBand, sharedWithStacks } from "./platform";
import type { TracingOptions } from "./tracing";
import { group, text } from "./values";

/** What of a platform makes function calls possible. */
export interface CallsAttributes {
  readonly tableName: string;
  /** The bucket of payloads that are too large for the table. */
  readonly bucketName: string;
  /** The IAM role of the control service: a function adds to it what starts its own containers. */
  readonly controlRoleName: string;
  /** Seconds that a finished call can be read. */
  readonly retention: number;
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
  /** A literal: it is part of gateways' configuration, and where `slipway tokens` looks. */
  readonly tokensTableName: string;
  readonly tokensTableArn: string;
  /** Absent where each stack builds the gateway of its own version of the library. */
  readonly gatewayImage?: string;
  readonly images: "build" | "prebuilt";
  /** Seconds. */
  readonly idleTimeout: number;
  readonly logRetentionDays: number;
  readonly alarmTopicArn?: string;
  readonly kmsKeyArn?: string;
  readonly allowInsecure: boolean;
  readonly waitForDeploy: boolean;
  readonly observability: "minimal" | "standard";
  readonly tracing?: Required<TracingOptions>;
  /** Where function calls are kept, and who looks after them; absent on a platform without calls. */
  readonly calls?: CallsAttributes;
  /** The using stack's own share of the rule priorities, 0 to 15; no other stack on this platform may have the same. */
  readonly priorityBand: number;
}

/** Of any name or ARN in AWS that a platform publishes. */
const LONGEST = 255;

const late = (example: string) =>
  text({
    token: "late",
    pattern: /^[\w.:/-]+$/,
    allowed: "must be as the platform published it",
    max: LONGEST,
    example: `"${example}"`,
    fix: `Write for example "${example}"`,
  });

const platformAttributesSchema = z.strictObject({
  ...sharedWithStacks,
  region: text({
    token: "early",
    pattern: /^[a-z]{2,}(-[a-z]+)+-\d$/,
    allowed: "must be a region",
    fix: 'Write for example "us-east-1"',
    example: '"us-east-1"',
  }),
  vpcId: late("vpc-0123abcd"),
  privateSubnetIds: subnetIds(1, "private subnets"),
  gatewaySecurityGroupId: late("sg-0123abcd"),
  loadBalancerArn: late("arn:aws:elasticloadbalancing:…:loadbalancer/app/acme/…"),
  loadBalancerFullName: late("app/acme/0123456789abcdef"),
  loadBalancerDnsName: late("acme-123.us-east-1.elb.amazonaws.com"),
  listenerArn: late("arn:aws:elasticloadbalancing:…:listener/app/acme/…"),
  clusterArn: late("arn:aws:ecs:us-east-1:123456789012:cluster/acme"),
  clusterName: late("acme-0123abcd"),
  registryTableName: late("acme-0123abcd"),
  tokensTableName: text({
    token: "early",
    pattern: /^[\w.-]{3,255}$/,
    allowed: "must be a table's name as the platform published it",
    fix: 'Write for example "acme-tokens-0123abcd"',
    example: '"acme-tokens-0123abcd"',
  }),
  tokensTableArn: late("arn:aws:dynamodb:us-east-1:123456789012:table/acme-tokens-0123abcd"),
  calls: group({
    tableName: late("acme-calls-0123abcd"),
    bucketName: late("acme-calls-0123abcd-20260920"),
    controlRoleName: late("acme-control-20260920"),
    retention: callRetention,
  }).optional(),
  priorityBand,
});

export function parsePlatformAttributes(attributes: unknown, path: string): PlatformAttributes {
  return frozenCopy(parseProps(platformAttributesSchema, attributes, path)) as PlatformAttributes;
}
