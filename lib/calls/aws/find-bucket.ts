import { paginateListBuckets, type S3Client } from "@aws-sdk/client-s3";

/** What Terraform puts after a `bucket_prefix`: the time and a counter, in 26 digits. */
const SUFFIX = /^-[0-9a-f]{26}$/;

/** Your buckets that have one of the names, or one with the suffix that only AWS knows after a name. */
export async function findBuckets(s3: S3Client, names: readonly string[]): Promise<string[]> {
  const all: string[] = [];
  for await (const { Buckets = [] } of paginateListBuckets({ client: s3 }, {})) {
    for (const { Name } of Buckets) if (Name !== undefined) all.push(Name);
  }
  return bucketsNamed(all, names);
}

/** Those of the very names, before those with a suffix. */
export function bucketsNamed(all: readonly string[], names: readonly string[]): string[] {
  const exact = all.filter((bucket) => names.includes(bucket));
  if (exact.length > 0) return exact;
  return all.filter((bucket) =>
    names.some((name) => bucket.startsWith(name) && SUFFIX.test(bucket.slice(name.length))),
  );
}
