import type { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { S3Bucket } from "@cdktf/provider-aws/lib/s3-bucket";
import { OPEN_INDEX } from "../../../lib/calls/record-item";
import type { PlatformSpec } from "../../../lib/spec";
import { payloadDays, policyDocument } from "../../../lib/task";
import type { ResourceMaker } from "../engine/resource-maker";
import type { PlatformResourceTable } from "./resources";
import { tableSettings } from "./tables";

interface StoreOptions {
  readonly spec: PlatformSpec;
  /** At most 37 characters less the suffix that AWS gives it. */
  readonly bucketPrefix: string;
  readonly tableName: string;
  readonly tags: Record<string, string>;
}

/** The table of calls. Its index holds open ones only, so it stays small however many have been. */
export function makeCallsTable(
  maker: ResourceMaker<PlatformResourceTable>,
  { spec, tableName, tags }: StoreOptions,
): DynamodbTable {
  return maker.make("callsTable", {
    ...tableSettings(spec, tags),
    name: tableName,
    hashKey: "pk",
    rangeKey: "sk",
    attribute: [
      { name: "pk", type: "S" },
      { name: "sk", type: "S" },
      { name: "open", type: "S" },
      { name: "nextDue", type: "N" },
    ],
    globalSecondaryIndex: [{ name: OPEN_INDEX, hashKey: "open", rangeKey: "nextDue", projectionType: "KEYS_ONLY" }],
    ttl: { enabled: true, attributeName: "expiresAt" },
  });
}

/** The bucket of arguments and results that are too large for the table. They go when the call's record has. */
export function makeCallsBucket(
  maker: ResourceMaker<PlatformResourceTable>,
  { spec, bucketPrefix, tags }: StoreOptions,
): S3Bucket {
  const bucket = maker.make("callsBucket", { bucketPrefix, forceDestroy: !spec.protect, tags });
  const publicAccess = maker.make("callsBucketPublicAccess", {
    bucket: bucket.id,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  maker.make("callsBucketOwnership", { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } });
  maker.make("callsBucketEncryption", {
    bucket: bucket.id,
    rule: [
      spec.kmsKeyArn
        ? {
            applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: spec.kmsKeyArn },
            // One key for many objects, where KMS would be asked, and paid, for each.
            bucketKeyEnabled: true,
          }
        : { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ],
  });
  maker.make("callsBucketLifecycle", {
    bucket: bucket.id,
    rule: [
      {
        id: "expire",
        status: "Enabled",
        filter: [{ prefix: "" }],
        expiration: [{ days: payloadDays(spec.callRetention) }],
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: 1 }],
      },
    ],
  });
  maker.make("callsBucketPolicy", {
    bucket: bucket.id,
    policy: policyDocument([
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
  return bucket;
}
