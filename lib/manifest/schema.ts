import { z } from "zod";
import { workerConfigSchema } from "../task/calls-config";
import type { ContainerDefinition } from "../task/container-definition";
import { gatewayConfigSchema } from "../task/gateway-config";

/** The manifest's file name, beside `cdk.tf.json` in `<outdir>/stacks/<stack>/`. */
export const MANIFEST_FILE = "slipway.json";

const routeSchema = z.strictObject({
  priority: z.number().int().min(1).max(50000),
  /** Host patterns of ALB's `host-header` condition; none = any host. */
  hosts: z.array(z.string()),
  /** Path patterns of ALB's `path-pattern` condition; none = any path. */
  paths: z.array(z.string()),
  /** `<app>/<name>` of the function that the rule forwards to. */
  target: z.string(),
});

const common = {
  app: z.string(),
  name: z.string(),
  /** The construct's path. */
  path: z.string(),
  /** The ECS service's name; null where it is known only after apply. */
  service: z.string().nullable(),
  /** Folder of the code, relative to the manifest; null when the construct names none. */
  source: z.string().nullable(),
  /** The parsed spec as plain data. Values known only after apply are null. */
  spec: z.record(z.string(), z.unknown()),
  task: z.strictObject({
    cpu: z.number(),
    memoryMiB: z.number(),
    containers: z.array(z.custom<ContainerDefinition>((value) => typeof value === "object" && value !== null)),
  }),
};

const endpointSchema = z.strictObject({
  ...common,
  kind: z.enum(["fastapi", "asgi", "wsgi", "server"]),
  label: z.string(),
  /** Public URLs; null where one is known only after apply (path mode without a fixed load balancer name). */
  urls: z.array(z.string().nullable()),
  gateway: gatewayConfigSchema,
});

/** A function that is called by way of a queue: it has no address. */
const spawnFunctionSchema = z.strictObject({
  ...common,
  kind: z.literal("function"),
  label: z.null(),
  urls: z.array(z.never()),
  /** Its queues' URLs have the account 000000000000: the real one is known only after apply. */
  gateway: workerConfigSchema,
  /** What the registry has of it, less what only a deployment knows. */
  entry: z.strictObject({
    tag: z.string(),
    queueMs: z.number().int(),
    deadlineMs: z.number().int(),
    visibilityMs: z.number().int(),
    maxPayloadBytes: z.number().int(),
    maxPending: z.number().int().optional(),
  }),
});

const functionSchema = z.discriminatedUnion("kind", [endpointSchema, spawnFunctionSchema]);

const queueSchema = z.strictObject({
  /** `<app>/<name>` of the function whose calls wait in it. */
  target: z.string(),
  /** Its name in SQS. */
  name: z.string(),
  /** The name of the queue of its dead letters. */
  deadLetters: z.string(),
});

const callsSchema = z.strictObject({
  /** The calls table. */
  table: z.string(),
  /** The bucket of large payloads; on AWS its name has a suffix that is known only after apply. */
  bucket: z.string(),
  /** The table in which functions are found. */
  registry: z.string(),
  retentionS: z.number().int(),
});

const imageSchema = z.strictObject({
  /** The repository's name in ECR, without the registry. */
  repository: z.string(),
  tag: z.string(),
  platform: z.enum(["linux/amd64", "linux/arm64"]),
  /** `<app>/<name>` of the functions that run it. */
  functions: z.array(z.string()),
  /** Whoever pushes it makes its repository, encrypted with this key, null for ECR's own; absent where the deploy makes it. */
  create: z.strictObject({ kmsKeyArn: z.string().nullable() }).optional(),
  dockerfile: z.string(),
  buildArgs: z.record(z.string(), z.string()),
  files: z.array(
    z.strictObject({
      by: z.string(),
      kind: z.enum(["folder", "file", "requirements", "context"]),
      /** Relative to the manifest, or one of the library's own folders: `slipway:python`, `slipway:gateway`. */
      from: z.string(),
      at: z.string(),
    }),
  ),
});

/** `slipway.json`: what a stack deploys, as plain data. The local engine, the review, and what looks for it in AWS read it. */
export const manifestSchema = z.strictObject({
  version: z.literal(1),
  stack: z.string(),
  platform: z.strictObject({
    workspace: z.string(),
    environment: z.string().nullable(),
    region: z.string(),
    domain: z.string().nullable(),
    /** The ECS cluster's name; null where it is known only after apply. */
    cluster: z.string().nullable(),
    /** The name of the table that holds the tokens which endpoints ask for; null where it is known only after apply. */
    tokensTable: z.string().nullable(),
  }),
  functions: z.array(functionSchema),
  routes: z.array(routeSchema),
  /** Of the functions that are called by way of one; absent where there is none. */
  queues: z.array(queueSchema).optional(),
  /** Images that the deploy builds; absent where there are none. */
  images: z.array(imageSchema).optional(),
  /** Where calls are kept, under the names that the functions' configurations have; absent where nothing makes or runs any. */
  calls: callsSchema.optional(),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFunction = z.infer<typeof functionSchema>;
/** A function that is reached over HTTP. */
export type ManifestEndpoint = z.infer<typeof endpointSchema>;
/** A function that is called by way of a queue. */
export type ManifestSpawnFunction = z.infer<typeof spawnFunctionSchema>;
export type ManifestImage = z.infer<typeof imageSchema>;
export type ManifestRoute = z.infer<typeof routeSchema>;

export function isEndpoint(fn: ManifestFunction): fn is ManifestEndpoint {
  return fn.kind !== "function";
}
