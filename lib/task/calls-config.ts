import * as z from "zod";
import { commonShape, milliseconds } from "./task-config";

/** Of a function: see `functionTag`. */
const tag = z.string().regex(/^[0-9a-f]{8}$/);
const name = z.string().min(1);

/** Where calls are kept: the same for whoever spawns, runs or sweeps them. */
const stores = {
  /** The calls table. */
  table: name,
  /** The bucket of payloads that are too large for the table. */
  bucket: name,
  /** The table in which functions are found by (app, name). */
  registry: name,
  /** How long a finished call can be read. */
  retentionS: z.number().int().min(1),
};

/** How a task makes function calls, and which. */
export const callerSchema = z.strictObject({
  ...stores,
  /** The functions that may be called. */
  grants: z.array(z.strictObject({ app: name, name, tag })),
  /** Whether the calls API is also served on the data port, under `/_slipway/v1`, to who holds a token. */
  public: z.boolean(),
});

/** The configuration of a task that runs function calls. */
export const workerConfigSchema = z.strictObject({
  ...commonShape,
  /** The calls that the code itself may make. */
  calls: callerSchema.optional(),
  worker: z.strictObject({
    ...stores,
    tag,
    queueUrl: z.url(),
    dlqUrl: z.url(),
    /** Calls in the executor at once. */
    maxInputs: z.number().int().min(1).max(1000),
    /** How long a worker that says nothing holds a call. */
    visibilityMs: milliseconds.min(1000),
    /** How often a busy task says that it lives, and hears of cancels. */
    heartbeatMs: milliseconds.min(100),
    /** The longest that one attempt may run. */
    attemptMs: milliseconds.min(1),
    retries: z.strictObject({
      maxRetries: z.number().int().min(0),
      initialDelayMs: milliseconds,
      backoffCoefficient: z.number().min(1),
      maxDelayMs: milliseconds,
    }),
    /** How many times a call may be delivered without ending an attempt; then it is a FAILURE, and its message in the DLQ. */
    maxDeliveries: z.number().int().min(1),
    maxPayloadBytes: z.number().int().min(1),
    /** What a cancelled call has to end by itself. */
    graceMs: milliseconds,
    /** The Unix socket on which the executor is awaited. */
    executorSocket: name,
    /** How long the executor may take to load the user's code. */
    startupMs: milliseconds.min(1),
  }),
});

/**
 * The configuration of the control service: it sweeps records that nobody looks after, and wakes functions that have no
 * container. Which functions there are it reads in the registry.
 */
export const controlConfigSchema = z.strictObject({
  ...commonShape,
  control: z.strictObject({
    ...stores,
    /** The ECS cluster of the functions' services; null where no service can be woken, as on the local engine. */
    cluster: name.nullable(),
    /** How often due records are looked for. */
    sweepMs: milliseconds.min(100),
    /** Who holds the lease without renewing it for so long has lost it. */
    leaseMs: milliseconds.min(1000),
  }),
});

export type CallerConfig = z.infer<typeof callerSchema>;
export type WorkerConfig = z.infer<typeof workerConfigSchema>;
export type ControlConfig = z.infer<typeof controlConfigSchema>;
