import { z } from "zod";
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

const functionSchema = z.strictObject({
  app: z.string(),
  name: z.string(),
  /** The construct's path. */
  path: z.string(),
  kind: z.enum(["fastapi", "asgi", "wsgi", "server"]),
  label: z.string(),
  /** Public URLs; null where one is known only after apply (path mode without a fixed load balancer name). */
  urls: z.array(z.string().nullable()),
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
  gateway: gatewayConfigSchema,
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
    /** The name of the table that holds the tokens of endpoints with requiresProxyAuth; null where it is known only after apply. */
    tokensTable: z.string().nullable(),
  }),
  functions: z.array(functionSchema),
  routes: z.array(routeSchema),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFunction = z.infer<typeof functionSchema>;
export type ManifestRoute = z.infer<typeof routeSchema>;
