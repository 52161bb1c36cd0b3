import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isEndpoint, type ManifestEndpoint, type ManifestFunction } from "../manifest/schema";
import type { ListenerRule } from "../routing";
import { LocalError } from "./local-error";
import { callsOf, type PlatformCalls, type SpawnedFunction, spawnedFunctions } from "./manifest-calls";
import { readManifests } from "./manifests";
import { refuseSharedPorts } from "./own-port";
import type { TaskDefinition } from "./task";

/** What a person needs to know to send a request to a function. */
export interface Endpoint {
  readonly target: string;
  readonly label: string;
  readonly kind?: ManifestEndpoint["kind"];
  /** HTTP method, where the construct fixes one. */
  readonly method?: string;
  /** Serves interactive documentation at `/docs`. */
  readonly docs?: boolean;
  /** A path that answers as soon as the endpoint is ready. */
  readonly healthPath?: string;
  /** Answers 401 to whoever sends no token. */
  readonly requiresToken?: boolean;
  /** Serves the calls API to whoever sends a token. */
  readonly publicCalls?: boolean;
}

/** What runs locally: everything that the chosen stacks deploy. */
export interface Deployment {
  readonly stacks: readonly string[];
  readonly tasks: readonly TaskDefinition[];
  /** Kind of every function, by target. */
  readonly kinds: ReadonlyMap<string, ManifestFunction["kind"]>;
  readonly endpoints: readonly Endpoint[];
  readonly functions: readonly SpawnedFunction[];
  /** Of the platforms whose tasks make or run calls. */
  readonly calls: readonly PlatformCalls[];
  readonly rules: readonly ListenerRule[];
}

/** Reads the manifests of all stacks in an output folder, or of the one that is named. */
export function readDeployment(outdir: string, onlyStack?: string): Deployment {
  const chosen = readManifests(outdir, onlyStack);
  const functions = chosen.flatMap(({ file, manifest }) =>
    manifest.functions.map((fn) => ({ fn, file, stack: manifest.stack })),
  );
  const endpoints = functions.flatMap(({ fn, ...rest }) => (isEndpoint(fn) ? { fn, ...rest } : []));
  refuseTwins(functions, ({ fn }) => `function ${targetOf(fn)}`);
  refuseTwins(endpoints, ({ fn }) => `label ${fn.label}`);
  const tasks = functions.map(({ fn, file }) => ({
    target: targetOf(fn),
    containers: fn.task.containers,
    config: fn.gateway,
    source: sourceOf(fn, file),
  }));
  const paths = new Map(functions.map(({ fn }) => [targetOf(fn), fn.path]));
  refuseSharedPorts(tasks, ({ target }) => `${target} (${paths.get(target)})`);

  return {
    stacks: chosen.map(({ manifest }) => manifest.stack),
    tasks,
    kinds: new Map(functions.map(({ fn }) => [targetOf(fn), fn.kind])),
    endpoints: endpoints.map(({ fn }) => endpointOf(fn)),
    functions: spawnedFunctions(functions.map(({ fn }) => fn)),
    calls: chosen.flatMap(({ manifest }) => callsOf(manifest)),
    rules: chosen.flatMap(({ manifest }) => manifest.routes),
  };
}

function targetOf({ app, name }: Pick<ManifestFunction, "app" | "name">): string {
  return `${app}/${name}`;
}

function sourceOf(fn: ManifestFunction, file: string): string {
  const folder = fn.source === null ? undefined : resolve(dirname(file), fn.source);
  if (folder !== undefined && existsSync(folder)) return folder;
  if (folder !== undefined) {
    throw new LocalError(`${targetOf(fn)} has its code in ${folder}, and there is no such folder.`, {
      fix: `Correct the prop source of ${fn.path}: __dirname is the folder of main.ts.`,
    });
  }
  throw new LocalError(`${targetOf(fn)} does not say where its code is.`, {
    fix: `Give the construct ${fn.path} the prop source: __dirname, or the folder that holds the code.`,
  });
}

function endpointOf(fn: ManifestEndpoint): Endpoint {
  const { method, docs, healthPath, requiresProxyAuth, publicCalls } = fn.spec;
  return {
    target: targetOf(fn),
    label: fn.label,
    kind: fn.kind,
    ...(typeof method === "string" && { method }),
    ...(docs === true && { docs }),
    ...(typeof healthPath === "string" && { healthPath }),
    ...(requiresProxyAuth === true && { requiresToken: true }),
    ...(publicCalls === true && { publicCalls }),
  };
}

/** Two stacks (staging and prod, say) deploy under two workspaces or environments; on a laptop they would be one. */
function refuseTwins<T extends { readonly stack: string }>(functions: readonly T[], describe: (fn: T) => string): void {
  const first = new Map<string, T>();
  for (const fn of functions) {
    const twin = first.get(describe(fn));
    if (twin) {
      throw new LocalError(`The ${describe(fn)} is in two stacks, ${twin.stack} and ${fn.stack}.`, {
        fix: `Choose one: slipway dev --stack ${fn.stack}`,
      });
    }
    first.set(describe(fn), fn);
  }
}
