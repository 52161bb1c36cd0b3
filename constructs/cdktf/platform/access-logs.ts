import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import type { ITerraformDependable } from "cdktf";
import { policyDocument } from "../../../lib/task";
import type { ResourceMaker } from "../engine/resource-maker";
import type { PlatformResourceTable } from "./resources";

const RETENTION_DAYS = 90;

/**
 * A bucket that the load balancer may write its access logs to. The load balancer checks that when logging is switched on,
 * so it has to depend on `ready`. Encrypted with SSE-S3: load balancers cannot write to a bucket with a KMS key.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
export function makeAccessLogBucket(
  maker: ResourceMaker<PlatformResourceTable>,
  { name, protect, account, tags }: { name: string; protect: boolean; account: string; tags: Record<string, string> },
): { bucket: S3Bucket; ready: ITerraformDependable } {
  const bucket = maker.make("accessLogBucket", { bucketPrefix: `${name}-alb-logs-`, forceDestroy: !protect, tags });
  const publicAccess = maker.make("accessLogBucketPublicAccess", {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  maker.make("accessLogBucketOwnership", { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } });
  maker.make("accessLogBucketEncryption", {
    bucket: bucket.id,
    rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
  });
  maker.make("accessLogBucketLifecycle", {
    bucket: bucket.id,
    rule: [
      {
        id: "expire",
        status: "Enabled",
        filter: [{ prefix: "" }],
        expiration: [{ days: RETENTION_DAYS }],
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
      },
    ],
  });
  const policy = maker.make("accessLogBucketPolicy", {
    bucket: bucket.id,
    policy: policyDocument([
      {
        Sid: "LoadBalancerWrites",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${bucket.arn}/AWSLogs/${account}/*`,
      },
      {
        Sid: "TlsOnly",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucket.arn, `${bucket.arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ]),
    dependsOn: [publicAccess],
  });
  return { bucket, ready: policy };
}
