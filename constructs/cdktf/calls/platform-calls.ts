import type { CallsAttributes } from "../../../lib/spec";
import type { CallStores, CallsNames } from "../../../lib/task";

/** What a platform has for function calls. */
export interface PlatformCalls {
  readonly attributes: CallsAttributes;
  /** By the names in AWS, some of which are known only after apply. */
  readonly stores: CallStores;
  /** By names that are known at synth: for the manifest, and for counting. */
  readonly standIns: CallStores;
}

/** What policies name, beside functions. */
export function callsNames(
  { table, bucket, registry }: CallStores,
  { clusterName: cluster, kmsKeyArn }: { readonly clusterName: string; readonly kmsKeyArn?: string },
): CallsNames {
  return { table, bucket, registry, cluster, ...(kmsKeyArn ? { kmsKeyArn } : {}) };
}
