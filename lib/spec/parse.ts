import { z } from "zod";
import { kebabCase, nearest } from "../naming";
import { type Problem, SlipwayError } from "./errors";

/** A spec made from props, and what is legal but worth a warning. */
export interface Parsed<S> {
  readonly spec: S;
  readonly warnings: readonly string[];
}

/** A construct that travels beside the parsed data, never through zod. */
export interface Reference {
  readonly required: boolean;
  readonly accepts: (value: unknown) => boolean;
  /** What it must be, for the message. */
  readonly expected: string;
  readonly fix: string;
}

/** What Modal's users still write, and what it is called today. */
const MODAL_NAMES: Readonly<Record<string, string>> = {
  keep_warm: "minContainers",
  min_containers: "minContainers",
  concurrency_limit: "maxContainers",
  max_containers: "maxContainers",
  container_idle_timeout: "scaledownWindow",
  scaledown_window: "scaledownWindow",
  allow_concurrent_inputs: "concurrency",
  requires_proxy_auth: "requiresProxyAuth",
  startup_timeout: "startupTimeout",
  ephemeral_disk: "ephemeralDisk",
};

/** Checks props against a schema, and the construct references beside it; throws one SlipwayError with every problem. */
export function parseProps<T extends z.ZodObject>(
  schema: T,
  props: unknown,
  path: string,
  references: Readonly<Record<string, Reference>> = {},
): z.infer<T> {
  if (typeof props !== "object" || props === null || Array.isArray(props)) {
    throw new SlipwayError(path, [
      {
        code: "SLIPWAY_E_INVALID_VALUE",
        prop: "props",
        value: props,
        message: "must be an object",
        fix: "Pass the construct's props",
      },
    ]);
  }
  const problems: Problem[] = [];
  const given = props as Record<string, unknown>;
  const literals = Object.fromEntries(
    Object.entries(given).filter(([key, value]) => !Object.hasOwn(references, key) && value !== undefined),
  );
  for (const [prop, reference] of Object.entries(references)) {
    const problem = checkReference(prop, given[prop], reference);
    if (problem) problems.push(problem);
  }
  const result = schema.safeParse(literals, { reportInput: true });
  if (!result.success) {
    const known = [...Object.keys(schema.shape), ...Object.keys(references)];
    problems.push(...result.error.issues.flatMap((issue) => problemsOf(issue, known, given)));
  }
  if (problems.length > 0) throw new SlipwayError(path, problems);
  return result.data as z.infer<T>;
}

export type Report = (problem: Omit<Problem, "code"> & { readonly code?: string }) => void;

/**
 * Adds what no single prop can tell: pairs that do not go together. They are looked at while other props have problems
 * too, so that a person sees all at once. A prop that could not be read is not in `input`, but in `unread`.
 */
export function withPairs<T extends z.ZodObject>(
  schema: T,
  check: (input: Partial<z.infer<T>>, report: Report, unread: ReadonlySet<string>) => void,
) {
  return schema.superRefine(
    (input, context) => {
      const entries = Object.entries(input);
      const read = Object.fromEntries(entries.filter(([, value]) => value !== z.NEVER));
      const unread = new Set(entries.flatMap(([prop, value]) => (value === z.NEVER ? [prop] : [])));
      const report: Report = ({ prop, value, message, fix, code = "SLIPWAY_E_INVALID_VALUE" }) =>
        context.addIssue({ code: "custom", path: [prop], message, params: { code, fix }, input: value });
      check(read as Partial<z.infer<T>>, report, unread);
    },
    { when: () => true },
  );
}

function checkReference(
  prop: string,
  value: unknown,
  { required, accepts, expected, fix }: Reference,
): Problem | undefined {
  if (value === undefined && !required) return undefined;
  if (value === undefined)
    return { code: "SLIPWAY_E_MISSING_PROP", prop, value, message: `is missing: ${expected}`, fix };
  if (accepts(value)) return undefined;
  return { code: "SLIPWAY_E_INVALID_VALUE", prop, value: typeof value, message: `must be ${expected}`, fix };
}

function problemsOf(issue: z.core.$ZodIssue, known: readonly string[], given: Record<string, unknown>): Problem[] {
  const prop = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const siblings = "known" in issue ? (issue.known as string[]) : known;
    return issue.keys.map((key) => unknownProp(prop ? `${prop}.${key}` : key, key, siblings, given));
  }
  if (issue.code === "custom" && typeof issue.params?.code === "string") {
    const { code, fix, hidden } = issue.params as { code: string; fix: string; hidden?: boolean };
    return [{ code, prop, value: hidden ? undefined : issue.input, message: issue.message, fix }];
  }
  return [
    {
      code: "SLIPWAY_E_INVALID_VALUE",
      prop,
      value: issue.input,
      message: issue.message.toLowerCase(),
      fix: `Correct ${prop}`,
    },
  ];
}

function unknownProp(prop: string, key: string, known: readonly string[], given: Record<string, unknown>): Problem {
  const modal = keyOfModalName(key);
  if (modal) {
    const today = known.includes(modal);
    return {
      code: "SLIPWAY_E_RENAMED_PROP",
      prop,
      value: given[key],
      message: today
        ? `is Modal's name for ${modal}`
        : `is Modal's name for ${modal}, which this construct does not have`,
      fix: today ? `Write ${modal}` : `Remove ${key}`,
    };
  }
  const [owner, itsProps = []] = Object.entries(PROPS_ELSEWHERE).find(([, props]) => props.includes(key)) ?? [];
  if (owner && !known.some((one) => itsProps.includes(one))) {
    const message = `is a prop of ${owner}, and this is none`;
    return { code: "SLIPWAY_E_UNKNOWN_PROP", prop, value: undefined, message, fix: `Remove ${key}` };
  }
  const close = nearest(key, known);
  return {
    code: "SLIPWAY_E_UNKNOWN_PROP",
    prop,
    value: undefined,
    message: close ? "is not a prop here" : `is not a prop here; known are ${[...known].sort().join(", ")}`,
    fix: close ? `Did you mean ${close}?` : `Remove ${key}`,
  };
}

/** Props of another family of constructs: who writes one has taken it for a prop of all. */
const PROPS_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  "a web endpoint": [
    "label",
    "requestTimeout",
    "idleTimeout",
    "maxRequestBody",
    "requiresProxyAuth",
    "publicCalls",
    "rulePriority",
    "healthPath",
    "alarms",
  ],
  "a SpawnFunction": ["retries", "deadline", "maxPayload", "maxPending", "scaledownWindow"],
};

function keyOfModalName(key: string): string | undefined {
  return Object.hasOwn(MODAL_NAMES, key) ? MODAL_NAMES[key] : undefined;
}

/**
 * Plain data, copied and frozen all the way down: a spec is a fact that no construct may change, and what the user passed in
 * stays the user's own.
 */
export function frozenCopy<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, frozenCopy(inner)]))) as T;
}

export function definedOnly<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** A function's name is its construct's id, unless it has one. */
export function withDefaultName(props: unknown, id: string): unknown {
  const isNamed = typeof props !== "object" || props === null || ("name" in props && props.name !== undefined);
  return isNamed || Array.isArray(props) ? props : { ...props, name: kebabCase(id) };
}
