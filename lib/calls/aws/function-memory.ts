import { type DynamoDBClient, PutItemCommand, paginateQuery } from "@aws-sdk/client-dynamodb";
import { type Attributes, numberOf, textOf } from "../attributes";
import type { FunctionEntry } from "../function-entry";
import type { Deadline } from "./call-table";

/** What is known of a function after it is gone from the registry. */
export type RememberedFunction = Pick<FunctionEntry, "tag" | "visibilityMs">;

const KEY = "functions";

/** Which functions had calls, kept in the calls table itself: the registry forgets one as soon as it is no longer deployed. */
export class FunctionMemory {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  /** Until all calls that it may have by now are over. */
  async remember({ tag, visibilityMs }: RememberedFunction, expiresAt: number, signal?: Deadline): Promise<void> {
    const Item = {
      pk: { S: KEY },
      sk: { S: tag },
      visibilityMs: { N: String(visibilityMs) },
      expiresAt: { N: String(Math.ceil(expiresAt / 1000)) },
    };
    await this.client.send(new PutItemCommand({ TableName: this.table, Item }), { abortSignal: signal });
  }

  async list(): Promise<RememberedFunction[]> {
    const found: RememberedFunction[] = [];
    const query = {
      TableName: this.table,
      KeyConditionExpression: "pk = :key",
      ExpressionAttributeValues: { ":key": { S: KEY } },
      ConsistentRead: true,
    };
    for await (const { Items = [] } of paginateQuery({ client: this.client }, query)) {
      for (const item of Items as Attributes[]) {
        found.push({ tag: textOf(item, "sk")!, visibilityMs: numberOf(item, "visibilityMs")! });
      }
    }
    return found;
  }
}
