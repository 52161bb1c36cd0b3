// As a namespace, of which a bundle takes only what is used: the gateway is 8 MiB smaller in memory.
import * as z from "zod";
import { callerSchema } from "./calls-config";
import { commonShape, milliseconds, port } from "./task-config";

/** The configuration of a task that serves requests: see `commonShape`. */
export const gatewayConfigSchema = z.strictObject({
  ...commonShape,
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
  /** Function calls that the app may make; absent where it makes none. */
  calls: callerSchema.optional(),
  /** Where tokens are looked up; needed with `web.auth` and with `calls.public`. */
  tokens: z
    .strictObject({
      table: z.string().min(1),
      /** As `web.auth.cacheMs`, for who makes calls from outside; needed with `calls.public`. */
      cacheMs: milliseconds.min(1).optional(),
    })
    .optional(),
  /** Where spans go; without it there are none, and `traceparent` passes as it came. */
  tracing: z
    .strictObject({
      /** Base URL of an OTLP/HTTP receiver, to which `/v1/traces` is added. */
      endpoint: z.url({ protocol: /^https?$/ }),
      /** Of the requests that come without a trace of their own. */
      sampleRatio: z.number().min(0).max(1),
    })
    .optional(),
});

export type GatewayConfig = z.infer<typeof gatewayConfigSchema>;
