import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import type { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table";
import type { ITerraformDependable } from "cdktf";
import type { Construct } from "constructs";
import { isToken, type PlatformAttributes, type PlatformSpec } from "../../../lib/spec";
import type { CallStores } from "../../../lib/task";
import type { PlatformCalls } from "../calls/platform-calls";
import type { ResourceMaker } from "../engine/resource-maker";
import type { TaskImage } from "../stack/app-images";
import { makeCallsBucket, makeCallsTable } from "./calls-stores";
import { makeControlService } from "./control-service";
import type { PlatformResourceTable } from "./resources";

interface CallsOptions {
  readonly spec: PlatformSpec;
  readonly attributes: PlatformAttributes;
  /** The gateway's, whose program the control service is too. */
  readonly image: TaskImage;
  /** The account's id. */
  readonly account: string;
  readonly name: (maxLength: number, kind: string) => string;
  readonly tags: Record<string, string>;
  readonly registry: DynamodbTable;
  readonly dependencies: readonly ITerraformDependable[];
}

/** S3 takes 37 characters before the suffix that makes a bucket's name the world's only one. */
const LONGEST_PREFIX = 37;

/** What function calls need of a platform: where they are kept, and who looks after them. */
export function makeCalls(
  scope: Construct,
  maker: ResourceMaker<PlatformResourceTable>,
  { spec, attributes, image, account, name, tags, registry, dependencies }: CallsOptions,
): PlatformCalls {
  const tableName = name(64, "calls");
  const bucketName = name(LONGEST_PREFIX - 1, "calls");
  const options = { spec, tableName, bucketPrefix: `${bucketName}-`, tags };
  const table = makeCallsTable(maker, options);
  const bucket = makeCallsBucket(maker, options);
  const stores: CallStores = {
    table: table.name,
    bucket: bucket.id,
    registry: attributes.registryTableName,
    retentionS: spec.callRetention,
  };
  const { role } = makeControlService(scope, maker, {
    attributes,
    image,
    stores,
    account: {
      region: attributes.region,
      partition: new DataAwsPartition(scope, "partition", {}).partition,
      account,
    },
    name: (maxLength) => name(maxLength, "control"),
    tags,
    dependencies,
  });
  return {
    attributes: {
      tableName: table.name,
      bucketName: bucket.id,
      controlRoleName: role.name,
      retention: spec.callRetention,
    },
    stores,
    standIns: {
      table: literalOr(table.nameInput, tableName),
      bucket: literalOr(bucket.bucketInput, bucketName),
      registry: literalOr(registry.nameInput, "registry"),
      retentionS: spec.callRetention,
    },
  };
}

function literalOr(value: string | undefined, instead: string): string {
  return value === undefined || isToken(value) ? instead : value;
}
