import {
  BatchGetItemCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  paginateQuery,
  paginateScan,
} from "@aws-sdk/client-dynamodb";
import { type Attributes, textOf } from "../attributes";
import { openKeys } from "../call-id";
import type { CallRecord } from "../record";
import { OPEN_INDEX, RECORD_KEY, readRecord } from "../record-item";

/** What DynamoDB gives out at once. */
const MOST_KEYS = 100;

export interface TableSize {
  readonly items: number;
  readonly bytes: number;
}

/** Many calls of the table at once, as people look at them: no task may read so much. */
export class CallSurvey {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  /** Ids of open calls, of one function or of all. The index is a moment behind the records. */
  async *openIds(tag?: string): AsyncGenerator<string> {
    const index = { TableName: this.table, IndexName: OPEN_INDEX };
    if (tag === undefined) {
      for await (const { Items } of paginateScan({ client: this.client }, index)) yield* idsOf(Items);
      return;
    }
    for (const partition of openKeys(tag)) {
      const query = {
        ...index,
        KeyConditionExpression: "#open = :partition",
        ExpressionAttributeNames: { "#open": "open" },
        ExpressionAttributeValues: { ":partition": { S: partition } },
      };
      for await (const { Items } of paginateQuery({ client: this.client }, query)) yield* idsOf(Items);
    }
  }

  /** The records of some calls, read consistently, in any order; without those that are gone. */
  async records(ids: readonly string[]): Promise<CallRecord[]> {
    const found: CallRecord[] = [];
    let keys = [...new Set(ids)].map((id) => ({ pk: { S: id }, sk: { S: RECORD_KEY } }));
    while (keys.length > 0) {
      const [some, rest] = [keys.slice(0, MOST_KEYS), keys.slice(MOST_KEYS)];
      const { Responses, UnprocessedKeys } = await this.client.send(
        new BatchGetItemCommand({ RequestItems: { [this.table]: { Keys: some, ConsistentRead: true } } }),
      );
      found.push(...recordsOf(Responses?.[this.table]));
      // What did not fit into the answer's 16 MB, or into the table's throughput.
      keys = [...((UnprocessedKeys?.[this.table]?.Keys as typeof keys | undefined) ?? []), ...rest];
    }
    return found;
  }

  /** Every call there is, of one function or of all: reads the whole table. */
  async *everyRecord(of?: { readonly app: string; readonly name: string }): AsyncGenerator<CallRecord> {
    const scan = {
      TableName: this.table,
      FilterExpression: of ? "sk = :record AND app = :app AND fn = :fn" : "sk = :record",
      ExpressionAttributeValues: {
        ":record": { S: RECORD_KEY },
        ...(of && { ":app": { S: of.app }, ":fn": { S: of.name } }),
      },
    };
    for await (const { Items } of paginateScan({ client: this.client }, scan)) yield* recordsOf(Items);
  }

  /** As AWS last counted, some hours ago. */
  async size(): Promise<TableSize> {
    const { Table } = await this.client.send(new DescribeTableCommand({ TableName: this.table }));
    return { items: Table?.ItemCount ?? 0, bytes: Table?.TableSizeBytes ?? 0 };
  }
}

function idsOf(items: readonly object[] = []): string[] {
  return items.map((item) => textOf(item as Attributes, "pk")!);
}

function recordsOf(items: readonly object[] = []): CallRecord[] {
  return items.flatMap((item) => readRecord(item as Attributes) ?? []);
}
