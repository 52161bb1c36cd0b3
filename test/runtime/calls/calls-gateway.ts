import type { FunctionEntry } from "../../../lib/calls";
import type { CallerConfig } from "../../../lib/task/calls-config";
import { type GatewayProcess, gatewayConfig, spawnGateway } from "../gateway/gateway-process";
import { type Answer, send, startApp } from "../gateway/loopback";
import type { AwsStandIns } from "./aws-stand-ins";

/** A web gateway that may call functions. */
export async function startCallsGateway(
  aws: AwsStandIns,
  grants: readonly FunctionEntry[],
  own: Partial<CallerConfig> = {},
): Promise<CallsGateway> {
  const app = await startApp((_, response) => response.end());
  const config = await gatewayConfig(app.port, { endpoints: aws.endpoints, listen: { host: "127.0.0.1" } });
  const gateway = spawnGateway({ ...config, calls: { ...aws.callsConfig(...grants), ...own } });
  await gateway.logged("started");
  return new CallsGateway(gateway);
}

export class CallsGateway {
  constructor(readonly process: GatewayProcess) {}

  get port(): number {
    return this.process.config.listen.loopbackPort;
  }

  async ask(method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) {
    return toReply(await send(this.port, path, { method, headers, ...(body !== undefined && { body }) }));
  }

  get(path: string) {
    return this.ask("GET", path);
  }

  spawn(fn: Pick<FunctionEntry, "app" | "name">, args: unknown[] = [], headers: Record<string, string> = {}) {
    return this.ask("POST", `/v1/functions/${fn.app}/${fn.name}/calls`, JSON.stringify({ args, kwargs: {} }), headers);
  }

  /** Spawns, and returns the id. */
  async call(fn: Pick<FunctionEntry, "app" | "name">, args: unknown[] = []): Promise<string> {
    const reply = await this.spawn(fn, args);
    if (reply.status !== 202) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body.call_id;
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Answer["headers"];
  // biome-ignore lint/suspicious/noExplicitAny: whatever JSON came
  readonly body: any;
}

function toReply({ status, headers, text }: Answer): Reply {
  return { status, headers, body: JSON.parse(text) };
}
