import { relative, resolve } from "node:path";
import { nameOf } from "../../../lib/image";
import { buildManifest, type Manifest } from "../../../lib/manifest";
import { isToken } from "../../../lib/spec";
import type { CallStores } from "../../../lib/task";
import type { IPlatform } from "../platform/platform-ref";
import type { ImageEntry } from "./app-images";
import { type EndpointEntry, type FunctionEntry, targetOf } from "./entries";

interface Stack {
  readonly stack: string;
  readonly platform?: IPlatform;
  /** The ECS cluster's name. */
  readonly cluster?: string;
  readonly endpoints: readonly EndpointEntry[];
  readonly functions: readonly FunctionEntry[];
  readonly images: readonly ImageEntry[];
}

/** Stands for the account, which is known only after apply. */
const NO_ACCOUNT = "000000000000";

/** `slipway.json` of a stack, which is written to `folder`. */
export function stackManifest(
  { stack, platform, cluster, endpoints, functions, images }: Stack,
  folder: string,
): Manifest {
  const { workspace, environment, region, domain } = platform?.attributes ?? { workspace: "", region: "" };
  const source = (given: string | undefined) => (given === undefined ? null : relative(folder, resolve(given)) || ".");
  const stores = storesOf(platform, [...endpoints, ...functions]);
  const queueUrl = (name: string) => `https://sqs.${region}.amazonaws.com/${NO_ACCOUNT}/${name}`;
  return buildManifest({
    stack,
    platform: {
      workspace,
      environment: environment ?? null,
      region,
      domain: domain ?? null,
      cluster: literal(cluster),
      tokensTable: literal(platform?.attributes.tokensTableName),
    },
    endpoints: endpoints.map(({ construct, spec, task, taskWith, caller, url, service }) => ({
      path: construct.node.path,
      spec,
      task: caller.makesCalls ? taskWith(caller.config(stores!)) : task,
      url: literal(url),
      service: literal(service),
      source: source(spec.source),
    })),
    functions: functions.map(({ construct, spec, taskWith, caller, queues, service, entry }) => ({
      path: construct.node.path,
      spec,
      task: taskWith(
        stores!,
        { queueUrl: queueUrl(queues.queue), dlqUrl: queueUrl(queues.deadLetters) },
        caller.makesCalls ? caller.config(stores!) : undefined,
      ),
      service: literal(service),
      source: source(spec.source),
      entry,
    })),
    routes: endpoints.map(({ rule }) => rule),
    queues: functions.map((entry) => ({
      target: targetOf(entry),
      name: entry.queues.queue,
      deadLetters: entry.queues.deadLetters,
    })),
    images: images.map(({ image, ...entry }) => ({
      ...entry,
      functions: [...entry.functions].sort(),
      dockerfile: image.dockerfile,
      buildArgs: { ...image.buildArgs },
      files: image.localFiles.map(({ from, ...local }) => ({ ...local, from: nameOf(from, folder) })),
    })),
    calls: stores && { ...stores },
  });
}

/** Names that are known at synth; undefined where nothing makes or runs calls. */
function storesOf(
  platform: IPlatform | undefined,
  entries: ReadonlyArray<EndpointEntry | FunctionEntry>,
): CallStores | undefined {
  const user = entries.find(({ spec, caller }) => spec.kind === "function" || caller.makesCalls);
  return user && platform?.requireCalls(user.construct).standIns;
}

/** null where it is known only after apply. */
export function literal(value: string | undefined): string | null {
  return value === undefined || isToken(value) ? null : value;
}
