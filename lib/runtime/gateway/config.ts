import { type GatewayConfig, gatewayConfigSchema } from "../../task/gateway-config";

const VARIABLE = "SLIPWAY_CONFIG";

/** The gateway cannot start with this configuration; the message names every key that is wrong, and no value. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`slipway gateway: ${VARIABLE} is not valid:\n${problems.map((problem) => `  ${problem}\n`).join("")}`);
  }
}

export function readConfig(environment: NodeJS.ProcessEnv): GatewayConfig {
  const text = environment[VARIABLE];
  if (text === undefined || text.trim() === "") throw new ConfigError(["the variable is not set"]);

  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new ConfigError(["the value is not JSON"]);
  }

  const parsed = gatewayConfigSchema.safeParse(json);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.flatMap(describeIssue));

  const { web, tokens } = parsed.data;
  const lacking = web.auth && !tokens ? ["tokens: web.auth needs the table to look tokens up in"] : [];
  const problems = [...portClashes(parsed.data), ...lacking];
  if (problems.length > 0) throw new ConfigError(problems);
  return parsed.data;
}

type Issue = NonNullable<ReturnType<typeof gatewayConfigSchema.safeParse>["error"]>["issues"][number];

function describeIssue(issue: Issue): string[] {
  const key = (...rest: PropertyKey[]) => [...issue.path, ...rest].map(String).join(".") || "(the whole value)";
  if (issue.code === "unrecognized_keys") return issue.keys.map((name) => `${key(name)}: unknown key`);
  return [`${key()}: ${issue.message}`];
}

/** All containers of an `awsvpc` task share one network namespace, so two listeners cannot have one port. */
function portClashes({ listen, upstream }: GatewayConfig): string[] {
  const ports: [key: string, port: number][] = [
    ["listen.port", listen.port],
    ["listen.controlPort", listen.controlPort],
    ["listen.loopbackPort", listen.loopbackPort],
    ["upstream.port", upstream.port],
  ];
  return ports.flatMap(([key, port], index) => {
    const earlier = ports.slice(0, index).find(([, other]) => other === port);
    return earlier ? [`${key}: ${port} is already ${earlier[0]}`] : [];
  });
}
