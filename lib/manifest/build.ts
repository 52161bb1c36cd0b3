import type { ListenerRule } from "../routing";
import { type WebSpec, withoutTokens } from "../spec";
import type { WebTask } from "../task";
import type { Manifest, ManifestEndpoint } from "./schema";

export interface ManifestInput {
  readonly stack: string;
  readonly platform: Manifest["platform"];
  readonly functions: ReadonlyArray<{
    readonly path: string;
    readonly spec: WebSpec;
    readonly task: WebTask;
    /** null where it is known only after apply. */
    readonly url: string | null;
    readonly service: string | null;
    /** Folder of the code, relative to the manifest. */
    readonly source: string | null;
  }>;
  readonly routes: readonly ListenerRule[];
}

/** What a stack deploys, in an order that does not depend on the order of declaration. */
export function buildManifest({ stack, platform, functions, routes }: ManifestInput): Manifest {
  const entries = functions.map(({ path, spec, task, url, service, source }): ManifestEndpoint => {
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
      task: {
        cpu: task.size.cpuUnits,
        memoryMiB: task.size.memoryMiB,
        containers: withoutTokens(task.containers) as ManifestEndpoint["task"]["containers"],
      },
      gateway: task.gateway,
    };
  });
  return {
    version: 1,
    stack,
    platform,
    functions: entries.sort((a, b) => (`${a.app}/${a.name}` < `${b.app}/${b.name}` ? -1 : 1)),
    routes: routes
      .map(({ priority, hosts, paths, target }) => ({ priority, hosts: [...hosts], paths: [...paths], target }))
      .sort((a, b) => a.priority - b.priority),
  };
}
