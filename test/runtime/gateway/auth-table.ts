import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateTableCommand, DeleteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { TokenStore } from "../../../lib/tokens/token-store";
import { onStop } from "./loopback";

const dynalite: (options: object) => Server = require("dynalite");

export const TABLE = "tokens";

/** What stands between the gateway and the table: nothing, a table that answers 500, or one that never answers. */
type Weather = "clear" | "failing" | "silent";

/** A table in a real engine of DynamoDB's protocol, behind a server that counts its readers and can be broken. */
export class AuthTable {
  weather: Weather = "clear";
  /** Ids in the order in which the table was asked for them. */
  readonly reads: string[] = [];
  /** The most reads of one id that were under way at once. */
  mostAtOnce = 0;
  /** Reads wait here when there is something to wait for. */
  hold: Promise<unknown> | undefined;
  private readonly under = new Map<string, number>();

  private constructor(
    readonly store: TokenStore,
    readonly client: DynamoDBClient,
    /** Of the engine itself. */
    readonly engine: string,
    private readonly front: Server,
  ) {}

  static async start(): Promise<AuthTable> {
    const engine = dynalite({ createTableMs: 0 });
    const endpoint = await listen(engine);
    const environment = {
      AWS_ENDPOINT_URL_DYNAMODB: endpoint,
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    };
    Object.assign(process.env, environment);
    const client = new DynamoDBClient({});
    onStop(() => client.destroy());
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "keyId", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "keyId", KeyType: "HASH" }],
      }),
    );
    const front = createServer((incoming, response) => void table.pass(incoming, response));
    const table = new AuthTable(await TokenStore.open(TABLE), client, endpoint, front);
    await listen(front);
    return table;
  }

  /** What a gateway's config says of it. */
  get config() {
    const { port } = this.front.address() as AddressInfo;
    return { tokens: { table: TABLE }, endpoints: { dynamodb: `http://127.0.0.1:${port}` } };
  }

  /** As it was at first. */
  clear(): void {
    this.weather = "clear";
    this.hold = undefined;
    this.mostAtOnce = 0;
    this.reads.length = 0;
  }

  readsOf(keyId: string): number {
    return this.reads.filter((read) => read === keyId).length;
  }

  put(item: Record<string, { S?: string; N?: string; L?: { S: string }[] }>): Promise<unknown> {
    return this.client.send(new PutItemCommand({ TableName: TABLE, Item: item as never }));
  }

  delete(keyId: string): Promise<unknown> {
    return this.client.send(new DeleteItemCommand({ TableName: TABLE, Key: { keyId: { S: keyId } } }));
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray());
    const keyId: string = JSON.parse(body.toString()).Key.keyId.S;
    this.reads.push(keyId);
    const atOnce = (this.under.get(keyId) ?? 0) + 1;
    this.under.set(keyId, atOnce);
    this.mostAtOnce = Math.max(this.mostAtOnce, atOnce);
    // The SDK leaves a request that took too long, and asks once more.
    response.once("close", () => this.under.set(keyId, this.under.get(keyId)! - 1));
    await this.hold;
    if (this.weather === "silent") return;
    if (this.weather === "failing") {
      response.writeHead(500).end();
      return;
    }
    const { host, port } = new URL(this.engine);
    const { method, headers } = incoming;
    const onwards = request({ host: "127.0.0.1", port, method, headers: { ...headers, host } }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onwards.end(body);
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onStop(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
