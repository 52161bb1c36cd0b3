import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import type { FunctionEntry } from "../../../lib/calls";
import type { GatewayConfig } from "../../../lib/task/gateway-config";
import type { SecretPair } from "../../../lib/tokens/secret-pair";
import { TokenStore } from "../../../lib/tokens/token-store";
import { HEADER_FORMS } from "../gateway/auth-app";
import { type GatewayProcess, gatewayConfig, spawnGateway } from "../gateway/gateway-process";
import { type App, type Sent, send, startApp } from "../gateway/loopback";
import type { AwsStandIns } from "./aws-stand-ins";

const TOKENS = "tokens";

/** A tokens table beside the calls, for whoever may write it. */
export async function startTokens(aws: AwsStandIns): Promise<TokenStore> {
  await aws.clients.dynamodb.send(
    new CreateTableCommand({
      TableName: TOKENS,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "keyId", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "keyId", KeyType: "HASH" }],
    }),
  );
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: aws.dynamodb.url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  });
  return TokenStore.open(TOKENS);
}

export interface PublicOptions {
  readonly isPublic?: boolean;
  readonly cacheMs?: number;
  readonly web?: NonNullable<Parameters<typeof gatewayConfig>[1]>["web"];
  readonly drain?: Partial<GatewayConfig["drain"]>;
  readonly app?: App;
  /** Another build of it. */
  readonly program?: string;
}

/** A web gateway whose calls API is public, in front of an app that counts what reaches it. */
export class PublicGateway {
  private constructor(
    readonly process: GatewayProcess,
    readonly app: App,
    /** Of the calls API, from the root of the data port. */
    readonly base: string,
  ) {}

  static async start(
    aws: AwsStandIns,
    grants: readonly FunctionEntry[],
    { isPublic = true, cacheMs = 60_000, web = {}, drain = {}, ...given }: PublicOptions = {},
  ): Promise<PublicGateway> {
    const app = given.app ?? (await startApp((_, response) => response.end("the app")));
    const own = { endpoints: aws.endpoints, listen: { host: "127.0.0.1" }, web, drain };
    const config = await gatewayConfig(app.port, own);
    const calls = { ...aws.callsConfig(...grants), public: isPublic };
    const process = spawnGateway({ ...config, calls, tokens: { table: TOKENS, cacheMs } }, undefined, given.program);
    await process.logged("ready");
    return new PublicGateway(process, app, `${config.web.stripPrefix}/_slipway`);
  }

  get port(): number {
    return this.process.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.process.config.web.stripPrefix}`;
  }

  /** @param path from `/v1` on */
  async ask(method: string, path: string, { headers, ...sent }: Sent & { readonly pair?: SecretPair } = {}) {
    const { pair, body } = sent;
    const credentials = pair === undefined ? {} : HEADER_FORMS.Bearer(pair);
    const answer = await send(this.port, `${this.base}${path}`, {
      method,
      headers: { ...credentials, ...headers },
      ...(body !== undefined && { body }),
    });
    return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.text) };
  }

  spawn(fn: Pick<FunctionEntry, "app" | "name">, pair: SecretPair, args: readonly unknown[] = []) {
    const body = JSON.stringify({ args, kwargs: {} });
    return this.ask("POST", `/v1/functions/${fn.app}/${fn.name}/calls`, { pair, body });
  }
}
