import {
  type ControlConfig,
  controlConfigSchema,
  type WorkerConfig,
  workerConfigSchema,
} from "../../task/calls-config";
import { type GatewayConfig, gatewayConfigSchema } from "../../task/gateway-config";
import { isSkewed, VERSION, type VersionSkew } from "./version";

const VARIABLE = "SLIPWAY_CONFIG";

/** The gateway cannot start with this configuration; the message names every key that is wrong, and no value. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`slipway gateway: ${VARIABLE} is not valid:\n${problems.map((problem) => `  ${problem}\n`).join("")}`);
  }
}

/** What a task is there for, and how. */
export type TaskConfig = (
  | { readonly role: "web"; readonly config: GatewayConfig }
  | { readonly role: "worker"; readonly config: WorkerConfig }
  | { readonly role: "control"; readonly config: ControlConfig }
) & {
  /** Absent where gateway and library are of one version. */
  readonly skew?: VersionSkew;
};

const SCHEMAS = { web: gatewayConfigSchema, worker: workerConfigSchema, control: controlConfigSchema };
type Role = keyof typeof SCHEMAS;
const ROLES = Object.keys(SCHEMAS) as Role[];

/** @param gateway the version of this program */
export function readConfig(environment: NodeJS.ProcessEnv, gateway = VERSION): TaskConfig {
  const text = environment[VARIABLE];
  if (text === undefined || text.trim() === "") throw new ConfigError(["the variable is not set"]);

  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigError(["the value is not JSON"]);
  }

  const role = roleOf(json);
  const skew = skewOf(json, gateway);
  const ignored = skew ? dropUnknown(json, SCHEMAS[role].safeParse(json).error?.issues ?? []) : [];
  const parsed = SCHEMAS[role].safeParse(json);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap(describeIssue));
  const task = { role, config: parsed.data, ...(skew && { skew: { ...skew, ignored } }) } as TaskConfig;
  const problems = [...portClashes(task), ...lacking(task)];
  if (problems.length > 0) throw new ConfigError(problems);
  return task;
}

/** Each form has a key of its own. What is no object at all is told so by whichever schema. */
function roleOf(json: unknown): Role {
  if (typeof json !== "object" || json === null) return "web";
  const named = ROLES.filter((role) => Object.hasOwn(json, role));
  if (named.length === 1) return named[0]!;
  const problem = named.length === 0 ? "there is none of them" : `there are ${named.join(" and ")}`;
  throw new ConfigError([`one of ${ROLES.join(", ")} says what the task is for: ${problem}`]);
}

function skewOf(json: unknown, gateway: string | undefined): Omit<VersionSkew, "ignored"> | undefined {
  const { library } = json as { library?: unknown };
  if (gateway === undefined || typeof library !== "string" || !isSkewed(gateway, library)) return undefined;
  return { gateway, library };
}

/** Removes the keys that no schema knows; returns them. */
function dropUnknown(json: unknown, issues: readonly Issue[]): string[] {
  return issues.flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") return [];
    // biome-ignore lint/suspicious/noExplicitAny: as deep as the issue's path
    const holder = issue.path.reduce((value: any, key) => value[key], json);
    for (const key of issue.keys) delete holder[key];
    return issue.keys.map((key) => [...issue.path, key].map(String).join("."));
  });
}

type Issue = NonNullable<ReturnType<typeof gatewayConfigSchema.safeParse>["error"]>["issues"][number];

function describeIssue(issue: Issue): string[] {
  const key = (...rest: PropertyKey[]) => [...issue.path, ...rest].map(String).join(".") || "(the whole value)";
  if (issue.code === "unrecognized_keys") return issue.keys.map((name) => `${key(name)}: unknown key`);
  return [`${key()}: ${issue.message}`];
}

function lacking({ role, config }: TaskConfig): string[] {
  if (role === "web") {
    const { web, calls, tokens } = config;
    return [
      ...(web.auth && !tokens ? ["tokens: web.auth needs the table to look tokens up in"] : []),
      ...(calls?.public && tokens?.cacheMs === undefined
        ? ["tokens: calls.public needs the table to look tokens up in, and tokens.cacheMs"]
        : []),
    ];
  }
  if (role === "worker" && config.worker.heartbeatMs * 2 > config.worker.visibilityMs) {
    return ["worker.heartbeatMs: at most half of worker.visibilityMs, or a busy worker counts as dead"];
  }
  return [];
}

/** All containers of an `awsvpc` task share one network namespace, so two listeners cannot have one port. */
function portClashes({ role, config }: TaskConfig): string[] {
  const { listen } = config;
  const ports: [key: string, port: number][] = [
    ["listen.port", listen.port],
    ["listen.controlPort", listen.controlPort],
    ["listen.loopbackPort", listen.loopbackPort],
    ...(role === "web" ? [["upstream.port", config.upstream.port] as [string, number]] : []),
  ];
  return ports.flatMap(([key, port], index) => {
    const earlier = ports.slice(0, index).find(([, other]) => other === port);
    return earlier ? [`${key}: ${port} is already ${earlier[0]}`] : [];
  });
}
