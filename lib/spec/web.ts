import { z } from "zod";
import { defaultLabel, LABEL_PATTERN } from "../naming";
import {
  type ComputeInput,
  type ComputeSpec,
  checkCompute,
  computeShape,
  computeSpec,
  computeWarnings,
} from "./compute";
import { type Concurrency, checkConcurrency, concurrency, concurrencySpec } from "./concurrency";
import { checkContainers, MOST_CONTAINERS, maxContainers, mostContainers } from "./containers";
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
import {
  type Duration,
  duration,
  flag,
  formatSeconds,
  integer,
  leaf,
  type Memory,
  memory,
  refuse,
  section,
  text,
} from "./values";

export interface AlarmOptions {
  /**
   * Percentage of requests answered with 5xx, over 5 minutes, above which the alarm goes off. Above 0, to 100.
   * @default 5
   */
  readonly errorRate?: number;
  /**
   * 95th percentile of the response time, over 5 minutes, above which the alarm goes off. 1 s to 1 h.
   * @default - no latency alarm
   */
  readonly latencyP95?: Duration;
}

export interface WebOptions {
  /** Requests at the app at once, and how many may wait. */
  readonly concurrency?: Concurrency;
  /**
   * Time that the app has, once it has the whole request, to begin its answer; then the client gets 504. 1 s to 3590 s, at most
   * `timeout`, and at most 10 s less than the platform's idleTimeout, so that it is the gateway that answers. A task that stops goes
   * on answering for 10 s more than this before it is told to end.
   * @default 150, or less where timeout or the platform's idleTimeout is
   */
  readonly requestTimeout?: Duration;
  /**
   * Longest gap between two bytes of a request's or an answer's body, 1 s to the platform's idleTimeout. A request that comes too slowly
   * gets 408, an answer is broken off. Does not count between the messages of a WebSocket.
   * @default - the platform's idleTimeout
   */
  readonly idleTimeout?: Duration;
  /**
   * Time that a request may wait for a place at the app; then the client gets 503 with Retry-After. 1 s to 1 h, and at most 10 s less
   * than the platform's idleTimeout.
   * @default 60, or less where the platform's idleTimeout is
   */
  readonly queueTimeout?: Duration;
  /**
   * Largest request body, 1 MiB to 1 TiB; a larger one gets 413.
   * @default "4GiB"
   */
  readonly maxRequestBody?: Memory;
  /**
   * Let only requests with a proxy auth token through: `slipway tokens create` makes one, and a client sends it as `Slipway-Key` and
   * `Slipway-Secret` (or Modal-Key and Modal-Secret, or one Bearer). Everybody else gets 401, and the app does not see the request.
   * Takes a platform with a domain, so that tokens travel over HTTPS, or one with `allowInsecure`.
   * @default false
   */
  readonly requiresProxyAuth?: boolean;
  /**
   * Serve the calls API to the world, below the endpoint's URL at `_slipway/v1`: whoever holds a token whose scopes name a function
   * that this endpoint may call spawns it, asks for its result and cancels it, from anywhere. A token is needed there always, also
   * where `requiresProxyAuth` is false; the app sees none of these requests. Takes a platform with calls, at least one function that
   * is granted, and, as `requiresProxyAuth`, a domain or `allowInsecure`.
   * @default false
   */
  readonly publicCalls?: boolean;
  /**
   * The endpoint's part of its URL: 1 to 63 of a-z, 0-9 and single dashes. Used as it is or refused.
   * @default "<app>-<name>"
   */
  readonly label?: string;
  /**
   * Priority of the listener rule, 1 to 50000. Only to settle a collision; the error that asks for it names the value.
   * @default - from a stable hash
   */
  readonly rulePriority?: number;
  /**
   * Path that the app answers with 100 to 399 when it is ready, such as `"/health"`.
   * @default - ready when the app accepts a TCP connection
   */
  readonly healthPath?: string;
  /**
   * Alarms on the endpoint; `false` for none.
   * @default - 5xx above 5 % and no healthy container; none when the platform's observability is "minimal"
   */
  readonly alarms?: false | AlarmOptions;
}

/** Any kind of web endpoint, as constructs and `lib/` see it: what only one kind has is in its command. */
export interface WebSpec extends ComputeSpec, KindSpec {
  readonly minContainers: number;
  readonly maxContainers: number;
  readonly label: string;
  readonly rulePriority?: number;
  readonly healthPath?: string;
  readonly concurrency: Required<Concurrency>;
  /** Seconds; undefined: the default, which depends on the platform. */
  readonly requestTimeout?: number;
  /** Seconds; undefined: the platform's. */
  readonly idleTimeout?: number;
  /** Seconds; undefined: the default, which depends on the platform. */
  readonly queueTimeout?: number;
  readonly maxRequestBodyMiB: number;
  readonly requiresProxyAuth: boolean;
  readonly publicCalls: boolean;
  /** Undefined: as the platform's `observability` says. */
  readonly alarms?: false | { readonly errorRate: number; readonly latencyP95?: number };
}

const TIB = 1024 * 1024;

/** The longest deregistration delay is 3600 s, and it is 10 s more than this. */
const LONGEST_REQUEST_TIMEOUT = 3590;

export const webShape = {
  ...computeShape,
  minContainers: leaf<number>(
    (value) => {
      if (value === 0)
        return refuse(
          "a load balancer does not hold requests for a service with no task, so 0 would answer 503",
          "Use 1 or more",
        );
      return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= MOST_CONTAINERS
        ? value
        : refuse(`must be a whole number from 1 to ${MOST_CONTAINERS}`, "Use 1 or more");
    },
    { token: "early" },
  ).default(1),
  maxContainers,
  label: text({
    token: "early",
    read: (value) => {
      if (value.includes("."))
        return refuse("a label is one part of a host name, so it holds no dot", `Write "${suggestLabel(value)}"`);
      return LABEL_PATTERN.test(value)
        ? value
        : refuse(
            "must be 1 to 63 lowercase letters, digits and single dashes, with no dash at an end",
            `Write "${suggestLabel(value)}"`,
          );
    },
  }).optional(),
  rulePriority: integer({ min: 1, max: 50000, reason: "the load balancer's own range" }).optional(),
  healthPath: text({
    token: "early",
    example: '"/health"',
    read: (value) =>
      /^\/[\x21-\x7e]*$/.test(value) && !value.includes("#")
        ? value
        : refuse("must be a path as it is in a URL, from its / on", `Write "${suggestPath(value)}"`),
  }).optional(),
  concurrency: concurrency.optional(),
  requestTimeout: duration({
    min: 1,
    max: LONGEST_REQUEST_TIMEOUT,
    reason: "a load balancer lets a stopping task answer for an hour, and 10 s of that are spare",
  }).optional(),
  idleTimeout: duration({ min: 1, max: 4000, reason: "the load balancer's own limit" }).optional(),
  queueTimeout: duration({ min: 1, max: 3600 }).optional(),
  maxRequestBody: memory({ min: 1, max: TIB }).default(4096),
  requiresProxyAuth: flag().default(false),
  publicCalls: flag().default(false),
  alarms: section({
    errorRate: leaf<number>(
      (value) =>
        typeof value === "number" && value > 0 && value <= 100
          ? value
          : refuse("must be a percentage above 0, at most 100", "Write for example 5"),
      { token: "early" },
    ).default(5),
    latencyP95: duration({ min: 1, max: 3600 }).optional(),
  }).optional(),
};

function suggestPath(value: string): string {
  if (!URL.canParse(value, "http://app/")) return "/health";
  const { pathname, search } = new URL(value, "http://app/");
  return `${pathname}${search}`;
}

function suggestLabel(value: string): string {
  const candidate = value
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "");
  return LABEL_PATTERN.test(candidate) ? candidate : "my-api";
}

/** What a kind of endpoint adds to what all have. */
export interface KindSpec {
  readonly kind: WebKind;
  /** The app container's command. */
  readonly command: readonly string[];
  /** Where the app listens, on loopback. */
  readonly port: number;
  /** Path mode: the app expects `/<label>` in its paths. */
  readonly keepPrefix?: boolean;
  /** For lists: the one method that the endpoint answers. */
  readonly method?: HttpMethod;
}

/** A web endpoint's spec, and what is worth a warning only where endpoints are paths. */
export interface ParsedWeb extends Parsed<WebSpec> {
  readonly pathModeWarnings: readonly string[];
}

export type WebParser = (
  props: unknown,
  id: string,
  path: string,
  references: Readonly<Record<string, Reference>>,
) => ParsedWeb;

export type WebKind = "fastapi" | "asgi" | "wsgi" | "server";

export type HttpMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * A parser of a kind's props: the shape it adds, and what follows from it. `id` is the construct's, and gives the default
 * name.
 */
export function webParser<const S extends z.ZodRawShape>(
  own: S,
  describe: (props: z.infer<z.ZodObject<S>>, maxInputs: number) => KindSpec,
  defaultMaxInputs: number,
  pathModeWarnings: (props: z.infer<z.ZodObject<S>>) => string[] = () => [],
): WebParser {
  const schema = withPairs(z.strictObject({ ...webShape, ...own }), (input, report) => {
    checkCompute(input as Parameters<typeof checkCompute>[0], report);
    checkContainers(input, report);
    checkConcurrency((input as Partial<WebInput>).concurrency, defaultMaxInputs, report);
    checkTimeouts(input as Partial<WebInput>, report);
  });
  return (props, id, path, references) => {
    const input = parseProps(schema, withDefaultName(props, id), path, references) as WebInput &
      z.infer<z.ZodObject<S>>;
    const ownProps = Object.fromEntries(
      Object.keys(own).map((key) => [key, input[key as keyof typeof input]]),
    ) as z.infer<z.ZodObject<S>>;
    const { minContainers, maxContainers: most, label, rulePriority, healthPath, alarms, ...others } = input;
    const { concurrency: asked, requestTimeout, idleTimeout, queueTimeout, ...limits } = others;
    const { maxRequestBody, requiresProxyAuth, publicCalls, ...rest } = limits;
    const inputs = concurrencySpec(asked, defaultMaxInputs);
    const compute = Object.fromEntries(Object.entries(rest).filter(([key]) => !(key in own))) as ComputeInput;
    const spec: WebSpec = frozenCopy({
      ...definedOnly(ownProps),
      ...describe(ownProps, inputs.maxInputs),
      ...computeSpec(compute),
      minContainers,
      maxContainers: mostContainers({ minContainers, maxContainers: most }),
      label: label ?? defaultLabel(input.app, input.name),
      concurrency: inputs,
      maxRequestBodyMiB: maxRequestBody,
      requiresProxyAuth,
      publicCalls,
      ...definedOnly({ alarms, rulePriority, healthPath, requestTimeout, idleTimeout, queueTimeout }),
    });
    return { spec, warnings: computeWarnings(spec), pathModeWarnings: pathModeWarnings(ownProps) };
  };
}

const webSchema = z.strictObject(webShape);
type WebInput = z.infer<typeof webSchema>;

function checkTimeouts({ timeout, requestTimeout }: Partial<WebInput>, report: Report): void {
  if (timeout === undefined || requestTimeout === undefined || requestTimeout <= timeout) return;
  report({
    prop: "requestTimeout",
    value: formatSeconds(requestTimeout),
    message: `is above timeout, ${formatSeconds(timeout)}, which ends the request before`,
    fix: `Use at most ${formatSeconds(timeout)}, or raise timeout`,
  });
}
