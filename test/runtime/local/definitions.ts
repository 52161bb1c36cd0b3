import { APP_CONTAINER, type ContainerDefinition, GATEWAY_CONTAINER } from "../../../lib/task/container-definition";
import type { GatewayConfig } from "../../../lib/task/gateway-config";

export interface FunctionOptions {
  readonly name: string;
  readonly command: readonly string[];
  /** Where the app listens. */
  readonly port?: number;
  readonly healthPath?: string;
  /** Path mode: `/<label>`. */
  readonly prefix?: string;
  /** null is what a manifest has for a value that is known only after a deployment. */
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly secrets?: readonly string[];
  readonly startupTimeoutMs?: number;
  readonly requiresToken?: boolean;
  readonly tracing?: GatewayConfig["tracing"];
}

/** The platform's table of tokens. */
export const TOKENS_TABLE = "acme-test-tokens-0123abcd";

export function gatewayConfig(options: FunctionOptions): GatewayConfig {
  const { name, port = 8000, healthPath, prefix = "", startupTimeoutMs = 10_000 } = options;
  return {
    version: 1,
    app: "acme",
    function: name,
    workspace: "acme",
    environment: "test",
    region: "eu-west-1",
    listen: { port: 18080, controlPort: 18081, loopbackPort: 18082, keepAliveMs: 305_000 },
    upstream: {
      port,
      ready: {
        kind: healthPath ? "http" : "tcp",
        path: healthPath ?? "/",
        intervalMs: 25,
        timeoutMs: startupTimeoutMs,
      },
      poolIdleMs: 1000,
    },
    web: {
      stripPrefix: prefix,
      ...(options.requiresToken && { auth: { cacheMs: 60_000 } }),
      gate: { maxInputs: 100, maxQueued: 1000 },
      timers: { queueMs: 60_000, firstByteMs: 150_000, idleMs: 300_000, totalMs: 300_000 },
      maxBodyBytes: 4 * 1024 ** 3,
    },
    ...(options.requiresToken && { tokens: { table: TOKENS_TABLE } }),
    ...(options.tracing && { tracing: options.tracing }),
    drain: { deadlineMs: 110_000, quietMs: 5000 },
  };
}

/** The containers of a task as ECS describes them. */
export function containers(options: FunctionOptions): ContainerDefinition[] {
  const { command, port = 8000, environment = {}, secrets = [] } = options;
  return [
    {
      name: APP_CONTAINER,
      image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme:1",
      essential: true,
      command,
      environment: Object.entries({ PORT: String(port), ...environment }).map(([name, value]) => ({
        name,
        value: value as string,
      })),
      secrets: secrets.map((name) => ({
        name,
        valueFrom: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}`,
      })),
    },
    {
      name: GATEWAY_CONTAINER,
      image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/gateway:1",
      essential: true,
      environment: [{ name: "SLIPWAY_CONFIG", value: JSON.stringify(gatewayConfig(options)) }],
    },
  ];
}

/** A server that answers every request with what `answer`, an expression of `request`, says. */
export function serverProgram(answer: string, first = ""): string {
  return `${first}
require("node:http").createServer((request, response) => {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(${answer}));
}).listen(process.env.PORT, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;
}
