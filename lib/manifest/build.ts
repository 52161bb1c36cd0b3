import type { ListenerRule } from "../routing";
import { type FunctionSpec, type WebSpec, withoutTokens } from "../spec";
import type { FunctionTask, WebTask } from "../task";
import type { Manifest, ManifestEndpoint, ManifestFunction, ManifestImage, ManifestSpawnFunction } from "./schema";

export interface ManifestInput {
  readonly stack: string;
  readonly platform: Manifest["platform"];
  readonly endpoints: ReadonlyArray<
    Declared & { readonly spec: WebSpec; readonly task: WebTask; readonly url: string | null }
  >;
  readonly functions: ReadonlyArray<
    Declared & {
      readonly spec: FunctionSpec;
      readonly task: FunctionTask;
      readonly entry: ManifestSpawnFunction["entry"];
    }
  >;
  readonly routes: readonly ListenerRule[];
  readonly queues: NonNullable<Manifest["queues"]>;
  readonly images: NonNullable<Manifest["images"]>;
  readonly calls: Manifest["calls"];
}

/** What is null is known only after apply. */
interface Declared {
  readonly path: string;
  readonly service: string | null;
  /** Folder of the code, relative to the manifest. */
  readonly source: string | null;
}

/** What a stack deploys, in an order that does not depend on the order of declaration. */
export function buildManifest({
  stack,
  platform,
  routes,
  queues,
  images,
  calls,
  ...declared
}: ManifestInput): Manifest {
  const endpoints = declared.endpoints.map(({ path, spec, task, url, service, source }): ManifestEndpoint => {
    const { app, name, kind, label, source: _folder, ...rest } = spec;
    return {
      app,
      name,
      path,
      kind,
      label,
      urls: [url],
      service,
      source,
      spec: withoutTokens(rest) as Record<string, unknown>,
      task: plainTask(task),
      gateway: task.gateway,
    };
  });
  const functions = declared.functions.map(({ path, spec, task, service, source, entry }): ManifestSpawnFunction => {
    const { app, name, kind, source: _folder, ...rest } = spec;
    return {
      app,
      name,
      path,
      kind,
      label: null,
      urls: [],
      service,
      source,
      spec: withoutTokens(rest) as Record<string, unknown>,
      task: plainTask(task),
      gateway: task.gateway,
      entry,
    };
  });
  return {
    version: 1,
    stack,
    platform,
    functions: [...endpoints, ...functions].sort((a, b) => (`${a.app}/${a.name}` < `${b.app}/${b.name}` ? -1 : 1)),
    routes: routes
      .map(({ priority, hosts, paths, target }) => ({ priority, hosts: [...hosts], paths: [...paths], target }))
      .sort((a, b) => a.priority - b.priority),
    ...(queues.length > 0 ? { queues: [...queues].sort((a, b) => (a.target < b.target ? -1 : 1)) } : {}),
    ...(images.length > 0 ? { images: [...images].sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)) } : {}),
    ...(calls ? { calls } : {}),
  };
}

function plainTask({ size, containers }: WebTask | FunctionTask): ManifestFunction["task"] {
  return {
    cpu: size.cpuUnits,
    memoryMiB: size.memoryMiB,
    containers: withoutTokens(containers) as ManifestFunction["task"]["containers"],
  };
}

/** The tag last: a change of the code moves nothing. */
function orderOf({ repository, functions, dockerfile, tag }: ManifestImage): string {
  return [repository, functions, dockerfile, tag].join("\n");
}
