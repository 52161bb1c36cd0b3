import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A table as CreateTable takes it, without its name: all are paid by the request. */
export interface TableSchema {
  readonly AttributeDefinitions: ReadonlyArray<{ readonly AttributeName: string; readonly AttributeType: "S" | "N" }>;
  readonly KeySchema: KeySchema;
  readonly GlobalSecondaryIndexes?: ReadonlyArray<{
    readonly IndexName: string;
    readonly KeySchema: KeySchema;
    readonly Projection: { readonly ProjectionType: "KEYS_ONLY" };
  }>;
}

type KeySchema = ReadonlyArray<{ readonly AttributeName: string; readonly KeyType: "HASH" | "RANGE" }>;

/** DynamoDB's place on this machine: tables in memory. Nothing runs until somebody needs one. */
export class LocalDynamodb {
  private server?: Promise<Server>;
  private readonly tables = new Map<string, Promise<void>>();

  /** Where a server with DynamoDB's protocol has a table of this name, which is made with these items if there is none. */
  async serve(table: string, schema: TableSchema, items: readonly object[] = []): Promise<string> {
    this.server ??= listen();
    const endpoint = urlOf(await this.server);
    const made = this.tables.get(table) ?? make(endpoint, table, schema, items);
    this.tables.set(table, made);
    await made;
    return endpoint;
  }

  /** Of a table that is served. */
  async put(table: string, item: object): Promise<void> {
    await send(urlOf(await this.server!), "PutItem", { TableName: table, Item: item });
  }

  async delete(table: string, key: object): Promise<void> {
    await send(urlOf(await this.server!), "DeleteItem", { TableName: table, Key: key });
  }

  async close(): Promise<void> {
    const server = await this.server;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function make(endpoint: string, table: string, schema: TableSchema, items: readonly object[]): Promise<void> {
  await send(endpoint, "CreateTable", { TableName: table, BillingMode: "PAY_PER_REQUEST", ...schema });
  for (const item of items) await send(endpoint, "PutItem", { TableName: table, Item: item });
}

async function listen(): Promise<Server> {
  // Read only where a stack needs a table.
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
  if (!response.ok) throw new Error(`${operation} on a local table: ${await response.text()}`);
}
