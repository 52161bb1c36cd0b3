import { type FunctionSpec, parseSpawnFunction } from "../../../lib/spec";
import type { CallStores } from "../../../lib/task";

/** A parsed function, `jobs/process`. */
export function functionSpec(props: object = {}): FunctionSpec {
  const fewest = { app: "jobs", handler: "app:process", image: "registry.acme.com/jobs:1" };
  return parseSpawnFunction({ ...fewest, ...props }, "process", "stack/process", {}).spec;
}

export const STORES: CallStores = { table: "calls", bucket: "payloads", registry: "registry", retentionS: 604_800 };
