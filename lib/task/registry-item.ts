import type { WebSpec } from "../spec";

export interface RegistryEntry {
  readonly spec: WebSpec;
  readonly environment?: string;
  readonly url: string;
  readonly service: string;
  /** Of the task definition. */
  readonly revision: string;
}

/** A function's entry in the registry table, as DynamoDB's typed JSON: how others find its URL by (app, name). */
export function registryItem({ spec, environment, url, service, revision }: RegistryEntry): string {
  return JSON.stringify({
    pk: { S: `fn#${spec.app}` },
    sk: { S: spec.name },
    v: { N: "1" },
    kind: { S: spec.kind },
    url: { S: url },
    urls: { L: [{ S: url }] },
    label: { S: spec.label },
    service: { S: service },
    revision: { N: revision },
    ...(environment ? { environment: { S: environment } } : {}),
  });
}
