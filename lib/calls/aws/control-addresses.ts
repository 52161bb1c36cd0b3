import { type DynamoDBClient, PutItemCommand, paginateQuery } from "@aws-sdk/client-dynamodb";
import { type Attributes, numberOf, textOf } from "../attributes";
import { CONTROL_KEY } from "../record-item";
import type { Deadline } from "./call-table";

/** TTL removes what a task has left that went without a word. */
const FORGOTTEN_AFTER_S = 3600;

/** Where the tasks of the control service are reached: they come and go, so each says it in the calls table. */
export class ControlAddresses {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  /** Holds until then, in ms since 1970; a task that goes says 0. */
  async announce(task: string, url: string, until: number, now: number, signal?: Deadline): Promise<void> {
    const Item = {
      pk: { S: CONTROL_KEY },
      sk: { S: task },
      url: { S: url },
      until: { N: String(until) },
      expiresAt: { N: String(Math.ceil(now / 1000) + FORGOTTEN_AFTER_S) },
    };
    await this.client.send(new PutItemCommand({ TableName: this.table, Item }), { abortSignal: signal });
  }

  /** Base URLs of those that are there now. */
  async list(now: number): Promise<string[]> {
    const found: string[] = [];
    const query = {
      TableName: this.table,
      KeyConditionExpression: "pk = :key",
      ExpressionAttributeValues: { ":key": { S: CONTROL_KEY } },
    };
    for await (const { Items = [] } of paginateQuery({ client: this.client }, query)) {
      for (const item of Items as Attributes[]) {
        if ((numberOf(item, "until") ?? 0) > now) found.push(textOf(item, "url")!);
      }
    }
    return found;
  }
}
