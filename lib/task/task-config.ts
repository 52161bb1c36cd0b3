// As a namespace, of which a bundle takes only what is used: the gateway is 8 MiB smaller in memory.
import * as z from "zod";

export const port = z.number().int().min(1).max(65535);
export const milliseconds = z.number().int().min(0);

/**
 * What the configuration of every task has: the JSON in `SLIPWAY_CONFIG`. It holds no secret. An unknown key is refused, unless
 * another version of the library wrote it than the gateway's own: then the gateway says which keys it does without. What must not be
 * done without, such as who may enter, is therefore added under a new `version`.
 */
export const commonShape = {
  version: z.literal(1),
  /** Version of the library that wrote it. */
  library: z.string().optional(),
  app: z.string().min(1),
  function: z.string().min(1),
  workspace: z.string().min(1),
  environment: z.string(),
  region: z.string().min(1),
  listen: z.strictObject({
    /** The only address to listen on; without it, every one of the task. A laptop's gateways are nobody else's business. */
    host: z.string().min(1).optional(),
    /** Requests from the load balancer. */
    port,
    /** Health, from the load balancer's health check; what gateways and the control service tell each other. */
    controlPort: port,
    /** Metrics and the calls API, for what runs in the same task. */
    loopbackPort: port,
    /** How long an idle client connection stays open; longer than the load balancer's own idle timeout. */
    keepAliveMs: milliseconds,
  }),
  /** Servers in AWS's place, on the local engine. */
  endpoints: z
    .strictObject({
      dynamodb: z.url().nullable().optional(),
      sqs: z.url().nullable().optional(),
      s3: z.url().nullable().optional(),
      ecs: z.url().nullable().optional(),
    })
    .optional(),
  drain: z.strictObject({
    /** Longest time between SIGTERM and exit. */
    deadlineMs: milliseconds,
    /** With nothing in flight and no new request for this long, a draining gateway exits. */
    quietMs: milliseconds,
  }),
};
