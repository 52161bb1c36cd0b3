import { z } from "zod";
import {
  type ComputeInput,
  type ComputeSpec,
  checkCompute,
  computeShape,
  computeSpec,
  computeWarnings,
} from "./compute";
import { type Concurrency, checkConcurrency, concurrencySpec, inputsOnly } from "./concurrency";
import { checkContainers, MOST_CONTAINERS, maxContainers, mostContainers, type ScalingOptions } from "./containers";
import { handler } from "./handler";
import { pythonCommand } from "./kinds/python-command";
import {
  definedOnly,
  frozenCopy,
  type Parsed,
  parseProps,
  type Reference,
  type Report,
  withDefaultName,
  withPairs,
} from "./parse";
import { checkRetries, type Retries, type RetriesSpec, retries, retriesSpec } from "./retries";
import { type Duration, duration, formatSeconds, type Handler, integer, type Memory, memory } from "./values";

export interface SpawnScalingOptions extends ScalingOptions {
  /**
   * Containers that always run, 0 to 5000. With 0 the function costs nothing for containers while it has no calls, and the first
   * call after a pause waits for one to start.
   * @default 0
   */
  readonly minContainers?: number;
  /**
   * With `minContainers: 0`: time without any call, running, waiting or held back, after which the last containers stop. 1 min to
   * 24 h, counted in whole minutes, as CloudWatch counts; its metrics are a minute or two late, and so is the stop.
   * @default 60
   */
  readonly scaledownWindow?: Duration;
}

export interface CallOptions {
  /** Calls that one container works on at the same time. */
  readonly concurrency?: Pick<Concurrency, "maxInputs" | "targetInputs">;
  /**
   * Further attempts after one that raised an error or took longer than `timeout`: how many, a second apart, or with their delays.
   * @default 0
   */
  readonly retries?: number | Retries;
  /**
   * A call that no container began within this time ends as EXPIRED. 1 s to 7 d, at most `deadline`.
   * @default 24 h, or the deadline where that is less
   */
  readonly queueTimeout?: Duration;
  /**
   * A call ends within this time, all its attempts and delays together, or as TIMEOUT. 1 s to 7 d, at least `timeout`.
   * @default 7 d
   */
  readonly deadline?: Duration;
  /**
   * Largest arguments, and largest result, as JSON; 1 MiB to 1 GiB. A larger call is refused with 413.
   * @default "1GiB"
   */
  readonly maxPayload?: Memory;
  /**
   * Open calls, waiting and running, at about which further ones are refused with 429. 1 to 1,000,000.
   * @default - no limit
   */
  readonly maxPending?: number;
}

export interface FunctionOptions {
  /** `"module:function"` within `source`, such as `"app:process"` for `process` in `app.py`. */
  readonly handler: Handler;
}

/** A SpawnFunction as constructs and `lib/` see it. */
export interface FunctionSpec extends ComputeSpec {
  readonly kind: "function";
  readonly handler: string;
  /** The app container's command. */
  readonly command: readonly string[];
  readonly minContainers: number;
  readonly maxContainers: number;
  /** Seconds. */
  readonly scaledownWindow: number;
  readonly concurrency: Required<Pick<Concurrency, "maxInputs" | "targetInputs">>;
  readonly retries: RetriesSpec;
  /** Seconds. */
  readonly queueTimeout: number;
  /** Seconds. */
  readonly deadline: number;
  readonly maxPayloadMiB: number;
  readonly maxPending?: number;
}

const DAY = 86_400;
const LONGEST_DEADLINE = 7 * DAY;
const DEFAULT_QUEUE_TIMEOUT = DAY;
const GIB = 1024;

/** As on Modal: a function has its container to itself. */
const DEFAULT_MAX_INPUTS = 1;

/** Half an hour below the 12 h for which SQS hides a message from others. */
const LONGEST_ATTEMPT = 41_400;

/** A container's health check is silent for 300 s, and may fail ten times, each 300 s apart. */
const LONGEST_START = 3300;

/** CloudWatch looks back a day at most in minutes. @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const LONGEST_WINDOW = DAY;

const functionShape = {
  ...computeShape,
  handler: handler("function"),
  timeout: duration({
    min: 1,
    max: LONGEST_ATTEMPT,
    reason: "SQS hides a message for 12 h at most; split longer work into several calls",
  }).default(300),
  startupTimeout: duration({
    min: 1,
    max: LONGEST_START,
    reason: "ECS lets a container be unhealthy for 55 minutes at most",
  }).default(60),
  minContainers: integer({ min: 0, max: MOST_CONTAINERS }).default(0),
  maxContainers,
  scaledownWindow: duration({
    min: 60,
    max: LONGEST_WINDOW,
    reason: "CloudWatch counts the pause in minutes, and looks back a day",
  }).default(60),
  concurrency: inputsOnly.optional(),
  retries: retries.default(0),
  queueTimeout: duration({ min: 1, max: LONGEST_DEADLINE }).optional(),
  deadline: duration({
    min: 1,
    max: LONGEST_DEADLINE,
    reason: "messages are kept for little longer",
  }).default(LONGEST_DEADLINE),
  maxPayload: memory({ min: 1, max: GIB }).default(GIB),
  maxPending: integer({ min: 1, max: 1_000_000 }).optional(),
};

const functionSchema = withPairs(z.strictObject(functionShape), (input, report) => {
  checkCompute(input as Partial<ComputeInput>, report);
  checkContainers(input, report);
  checkConcurrency(input.concurrency, DEFAULT_MAX_INPUTS, report);
  checkRetries(input.retries, report);
  checkLimits(input, report);
});

const nameSchema = z.strictObject({ app: computeShape.app, name: computeShape.name });

/** What a function of another stack is found by. */
export function parseFunctionName(
  given: unknown,
  path: string,
  references: Readonly<Record<string, Reference>>,
): { readonly app: string; readonly name: string } {
  return parseProps(nameSchema, given, path, references);
}

type FunctionInput = z.infer<typeof functionSchema>;

/** `id` is the construct's, and gives the default name. */
export function parseSpawnFunction(
  props: unknown,
  id: string,
  path: string,
  references: Readonly<Record<string, Reference>>,
): Parsed<FunctionSpec> {
  const input = parseProps(functionSchema, withDefaultName(props, id), path, references);
  const { handler: code, minContainers, maxContainers: most, scaledownWindow, concurrency, ...others } = input;
  const { retries: asked, queueTimeout, deadline, maxPayload, maxPending, ...compute } = others;
  const { maxInputs, targetInputs } = concurrencySpec(concurrency, DEFAULT_MAX_INPUTS);
  const spec: FunctionSpec = frozenCopy({
    kind: "function",
    handler: code,
    command: pythonCommand("calls", code, maxInputs),
    ...computeSpec(compute),
    minContainers,
    maxContainers: mostContainers({ minContainers, maxContainers: most }),
    scaledownWindow,
    concurrency: { maxInputs, targetInputs },
    retries: retriesSpec(asked),
    queueTimeout: queueTimeout ?? Math.min(DEFAULT_QUEUE_TIMEOUT, deadline),
    deadline,
    maxPayloadMiB: maxPayload,
    ...definedOnly({ maxPending }),
  });
  return { spec, warnings: computeWarnings(spec) };
}

function checkLimits({ timeout, queueTimeout, deadline }: Partial<FunctionInput>, report: Report): void {
  if (deadline === undefined) return;
  if (timeout !== undefined && deadline < timeout) {
    report({
      prop: "deadline",
      value: formatSeconds(deadline),
      message: `is below timeout, ${formatSeconds(timeout)}, so no attempt could use its time`,
      fix: `Use ${formatSeconds(timeout)} or more, or lower timeout`,
    });
  }
  if (queueTimeout !== undefined && deadline < queueTimeout) {
    report({
      prop: "queueTimeout",
      value: formatSeconds(queueTimeout),
      message: `is above deadline, ${formatSeconds(deadline)}, which ends the call before`,
      fix: `Use at most ${formatSeconds(deadline)}, or raise deadline`,
    });
  }
}
