// As a namespace, of which a bundle takes only what is used: the gateway is 8 MiB smaller in memory.
import * as z from "zod";

const port = z.number().int().min(1).max(65535);
const milliseconds = z.number().int().min(0);

/**
 * The gateway's whole configuration: the JSON in `SLIPWAY_CONFIG`. It holds no secret, and an unknown key is refused,
 * so that a gateway older than the library that wrote its config says so instead of ignoring a setting.
 */
export const gatewayConfigSchema = z.strictObject({
  version: z.literal(1),
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
    /** Health, from the load balancer's health check. */
    controlPort: port,
    /** Metrics, for what runs in the same task. */
    loopbackPort: port,
    /** How long an idle client connection stays open; longer than the load balancer's own idle timeout. */
    keepAliveMs: milliseconds,
  }),
  upstream: z.strictObject({
    /** The app's port on loopback. */
    port,
    /** When the app counts as ready: it accepts a TCP connection, or answers `path` with 100 to 399. */
    ready: z.strictObject({
      kind: z.enum(["tcp", "http"]),
      path: z.string().startsWith("/"),
      intervalMs: milliseconds.min(1),
      timeoutMs: milliseconds.min(1),
    }),
    /** How long an idle connection to the app is kept; shorter than any server's own keep-alive. */
    poolIdleMs: milliseconds,
  }),
  web: z.strictObject({
    /** Path mode: the `/<label>` that the load balancer's rule matched and the app must not see; "" in domain mode. */
    stripPrefix: z.string().regex(/^(\/[a-z0-9-]+)?$/),
    /** The app is told its prefix by a flag of its own: it gets paths with the prefix, and its answers pass as they are. */
    keepPrefix: z.boolean().optional(),
    /** Who may enter: anybody, or who holds a token whose scopes name this function. */
    auth: z
      .strictObject({
        /** How long an answer of the tokens table holds: a revoked token is refused at the latest after this. */
        cacheMs: milliseconds.min(1),
      })
      .nullable()
      .optional(),
    gate: z.strictObject({
      /** Requests at the app at once; a WebSocket counts until it is closed. */
      maxInputs: z.number().int().min(1).max(1000),
      /** Requests that may wait for one of those places; the newest beyond them are refused. */
      maxQueued: z.number().int().min(0),
    }),
    timers: z.strictObject({
      /** Longest wait for a place at the app. */
      queueMs: milliseconds.min(1),
      /** From the app having the whole request until its answer begins. */
      firstByteMs: milliseconds.min(1),
      /** Longest gap in a body, either way. */
      idleMs: milliseconds.min(1),
      /** From arrival to the end of the answer, or of a WebSocket. */
      totalMs: milliseconds.min(1),
    }),
    maxBodyBytes: z.number().int().min(0),
  }),
  /** Where tokens are looked up; needed with `web.auth`. */
  tokens: z.strictObject({ table: z.string().min(1) }).optional(),
  /** Where spans go; without it there are none, and `traceparent` passes as it came. */
  tracing: z
    .strictObject({
      /** Base URL of an OTLP/HTTP receiver, to which `/v1/traces` is added. */
      endpoint: z.url({ protocol: /^https?$/ }),
      /** Of the requests that come without a trace of their own. */
      sampleRatio: z.number().min(0).max(1),
    })
    .optional(),
  /** Servers in AWS's place, on the local engine. */
  endpoints: z.strictObject({ dynamodb: z.url().nullable().optional() }).optional(),
  drain: z.strictObject({
    /** Longest time between SIGTERM and exit. */
    deadlineMs: milliseconds,
    /** With nothing in flight and no new request for this long, a draining gateway exits. */
    quietMs: milliseconds,
  }),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
