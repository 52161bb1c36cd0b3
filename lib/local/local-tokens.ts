import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KEY_ATTRIBUTE, toAttributes } from "../tokens/item";
import { digestOf, newKeyId, newSecret, type SecretPair } from "../tokens/secret-pair";
import { publicKeyOf } from "../tokens/signed-url";

/** Opens every endpoint here: what a token may open is AWS's and its own platform's matter. */
const EVERYTHING = "*/*/*";

/**
 * Tokens tables on this machine, in memory, in the place of the platforms': each has the session's one token. Nothing runs until a
 * gateway needs a table.
 */
export class LocalTokens {
  /** Made for this session; nothing stores its secret. */
  readonly pair: SecretPair = { keyId: newKeyId(), secret: newSecret() };
  private server?: Promise<Server>;
  private readonly tables = new Map<string, Promise<void>>();

  /** Where a server with DynamoDB's protocol has the table of this name. */
  async serve(table: string): Promise<string> {
    this.server ??= listen();
    const endpoint = urlOf(await this.server);
    const made = this.tables.get(table) ?? this.make(endpoint, table);
    this.tables.set(table, made);
    await made;
    return endpoint;
  }

  async close(): Promise<void> {
    const server = await this.server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  private async make(endpoint: string, table: string): Promise<void> {
    const { keyId, secret } = this.pair;
    await send(endpoint, "CreateTable", {
      TableName: table,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: KEY_ATTRIBUTE, AttributeType: "S" }],
      KeySchema: [{ AttributeName: KEY_ATTRIBUTE, KeyType: "HASH" }],
    });
    const item = toAttributes({
      keyId,
      sha256: digestOf(secret).toString("hex"),
      publicKey: publicKeyOf(secret),
      scopes: [EVERYTHING],
      createdAt: Math.floor(Date.now() / 1000),
      note: "slipway dev",
    });
    await send(endpoint, "PutItem", { TableName: table, Item: item });
  }
}

async function listen(): Promise<Server> {
  // Read only where an endpoint asks for tokens.
  const dynalite: (options: object) => Server = require("dynalite");
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A request as the AWS SDK sends it, which would take longer to load than everything else here. Nobody checks the signature. */
async function send(endpoint: string, operation: string, body: object): Promise<void> {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const credential = `Credential=local/${day}/local/dynamodb/aws4_request`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": `DynamoDB_20120810.${operation}`,
      "x-amz-date": `${day}T000000Z`,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=none`,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${operation} on the local tokens table: ${await response.text()}`);
}
