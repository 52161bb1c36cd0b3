import { DataAwsCallerIdentity } from "@cdktf/provider-aws/lib/data-aws-caller-identity";
import { DataAwsPartition } from "@cdktf/provider-aws/lib/data-aws-partition";
import type { Construct } from "constructs";
import type { AccountScope } from "../../../lib/task";

/** Where the stack is deployed, by look-ups of the construct's own. */
export function accountOf(scope: Construct, region: string): AccountScope {
  return {
    region,
    partition: new DataAwsPartition(scope, "partition", {}).partition,
    account: new DataAwsCallerIdentity(scope, "account", {}).accountId,
  };
}
