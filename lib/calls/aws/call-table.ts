import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Attributes, numberOf, textOf } from "../attributes";
import type { Change } from "../change";
import type { CallRecord } from "../record";
import { OPEN_INDEX, RECORD_KEY, readRecord, toItem, updateOf } from "../record-item";

/** Each question to the table is given up then, the SDK's retries included. */
export type Deadline = AbortSignal | undefined;

/** What an idempotency key stands for. */
export interface KeyItem {
  readonly callId: string;
  readonly payloadSha256: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

/** The calls table: single items, changed by condition only. Reads are consistent. */
export class CallTable {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async get(id: string, signal?: Deadline): Promise<CallRecord | undefined> {
    const item = await this.item({ pk: id, sk: RECORD_KEY }, signal);
    return item && readRecord(item);
  }

  /** False when there is another record of this id. */
  async create(record: CallRecord, signal?: Deadline): Promise<boolean> {
    if (await this.put(toItem(record), signal)) return true;
    // The SDK may have asked twice, the first answer being lost.
    const existing = await this.get(record.id, signal);
    return existing !== undefined && existing.createdAt === record.createdAt;
  }

  /**
   * Whether the record is changed: by this write or, its answer being lost, by one of the same before it. Where nobody can have
   * written it before, a record that looks so is somebody else's work.
   * @param isRepeat the same change was asked for before, and whether it took place is not known
   */
  async change(id: string, change: Change, signal?: Deadline, isRepeat = false): Promise<boolean> {
    const update = new UpdateItemCommand({ TableName: this.table, ...(updateOf(id, change) as object) } as never);
    const refused = await this.refusalOf(update, signal);
    if (refused === undefined) return true;
    if (!isRepeat && (refused.$metadata.attempts ?? 1) === 1) return false;
    const record = await this.get(id, signal);
    return record !== undefined && isAfter(record, change);
  }

  /** The payload item of a call; false when there is one. */
  async putPayload(id: string, part: string, body: string, expiresAt: number, signal?: Deadline): Promise<boolean> {
    const item = { pk: { S: id }, sk: { S: part }, body: { S: body }, expiresAt: { N: String(expiresAt) } };
    if (await this.put(item, signal)) return true;
    return (await this.payload(id, part, signal)) === body;
  }

  async payload(id: string, part: string, signal?: Deadline): Promise<string | undefined> {
    const item = await this.item({ pk: id, sk: part }, signal);
    return item && textOf(item, "body");
  }

  /** What the key stands for: what was there before, or what is given. */
  async claimKey(key: string, wanted: KeyItem, nowSeconds: number, signal?: Deadline): Promise<KeyItem> {
    const item = {
      pk: { S: key },
      sk: { S: "key" },
      callId: { S: wanted.callId },
      payloadSha256: { S: wanted.payloadSha256 },
      expiresAt: { N: String(wanted.expiresAt) },
    };
    const command = new PutItemCommand({
      TableName: this.table,
      Item: item,
      // TTL may take days over what has expired.
      ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
      ExpressionAttributeValues: { ":now": { N: String(nowSeconds) } },
    });
    if (await this.conditionally(command, signal)) return wanted;
    const found = (await this.item({ pk: key, sk: "key" }, signal)) ?? {};
    return {
      callId: textOf(found, "callId") ?? wanted.callId,
      payloadSha256: textOf(found, "payloadSha256") ?? wanted.payloadSha256,
      expiresAt: numberOf(found, "expiresAt") ?? wanted.expiresAt,
    };
  }

  /**
   * A task says that it lives; returns the calls that it is to cancel, each once. `asked` above 1: an answer was lost, and there
   * may have been some in it.
   */
  async beat(
    tag: string,
    owner: string,
    now: number,
    expiresAt: number,
    signal?: Deadline,
  ): Promise<{ readonly cancels: readonly string[]; readonly asked: number }> {
    const { Attributes, $metadata } = await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: taskKey(tag, owner),
        UpdateExpression: "SET beat = :now, expiresAt = :expiresAt REMOVE cancels",
        ExpressionAttributeValues: { ":now": { N: String(now) }, ":expiresAt": { N: String(expiresAt) } },
        ReturnValues: "ALL_OLD",
      }),
      { abortSignal: signal },
    );
    return { cancels: Attributes?.cancels?.SS ?? [], asked: $metadata.attempts ?? 1 };
  }

  /** When a task last said that it lives. */
  async beatOf(tag: string, owner: string, signal?: Deadline): Promise<number | undefined> {
    const item = await this.item({ pk: `task#${tag}`, sk: owner }, signal);
    return item && numberOf(item, "beat");
  }

  /** Leaves word for a task that it is to cancel a call. */
  async askToCancel(tag: string, owner: string, callId: string, expiresAt: number, signal?: Deadline): Promise<void> {
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: taskKey(tag, owner),
        UpdateExpression: "ADD cancels :call SET expiresAt = if_not_exists(expiresAt, :expiresAt)",
        ExpressionAttributeValues: { ":call": { SS: [callId] }, ":expiresAt": { N: String(expiresAt) } },
      }),
      { abortSignal: signal },
    );
  }

  /** Ids of open calls in one partition of the index that are due; the records themselves may be further by now. */
  async *due(partition: string, before: number, signal?: Deadline): AsyncGenerator<string> {
    let from: Record<string, never> | undefined;
    do {
      const page: { Items?: unknown[]; LastEvaluatedKey?: unknown } = await this.client.send(
        new QueryCommand({
          TableName: this.table,
          IndexName: OPEN_INDEX,
          KeyConditionExpression: "#open = :partition AND nextDue <= :before",
          ExpressionAttributeNames: { "#open": "open" },
          ExpressionAttributeValues: { ":partition": { S: partition }, ":before": { N: String(before) } },
          ExclusiveStartKey: from,
        }),
        { abortSignal: signal },
      );
      for (const item of (page.Items ?? []) as Attributes[]) yield textOf(item, "pk")!;
      from = page.LastEvaluatedKey as typeof from;
    } while (from !== undefined);
  }

  /** Takes or keeps a lease: true while `owner` has it until `until`. */
  async lease(name: string, owner: string, now: number, until: number, signal?: Deadline): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.table,
      Item: { pk: { S: `lease#${name}` }, sk: { S: "lease" }, owner: { S: owner }, until: { N: String(until) } },
      ConditionExpression: "attribute_not_exists(pk) OR #owner = :owner OR #until < :now",
      ExpressionAttributeNames: { "#owner": "owner", "#until": "until" },
      ExpressionAttributeValues: { ":owner": { S: owner }, ":now": { N: String(now) } },
    });
    return this.conditionally(command, signal);
  }

  private async item(key: { pk: string; sk: string }, signal: Deadline): Promise<Attributes | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: { pk: { S: key.pk }, sk: { S: key.sk } },
        ConsistentRead: true,
      }),
      { abortSignal: signal },
    );
    return Item as Attributes | undefined;
  }

  private put(item: object, signal: Deadline): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.table,
      Item: item as never,
      ConditionExpression: "attribute_not_exists(pk)",
    });
    return this.conditionally(command, signal);
  }

  private async conditionally(command: PutItemCommand | UpdateItemCommand, signal: Deadline): Promise<boolean> {
    return (await this.refusalOf(command, signal)) === undefined;
  }

  /** What came of the command's condition: undefined when it held. */
  private async refusalOf(
    command: PutItemCommand | UpdateItemCommand,
    signal: Deadline,
  ): Promise<ConditionalCheckFailedException | undefined> {
    try {
      await this.client.send(command as PutItemCommand, { abortSignal: signal });
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return error;
      throw error;
    }
  }
}

function taskKey(tag: string, owner: string) {
  return { pk: { S: `task#${tag}` }, sk: { S: owner } };
}

/** Whether a record is just what the change makes of one. */
function isAfter(record: CallRecord, { set, remove }: Change): boolean {
  const fields = record as unknown as Record<string, unknown>;
  return (
    Object.entries(set).every(([field, value]) => JSON.stringify(fields[field]) === JSON.stringify(value)) &&
    remove.every((field) => fields[field] === undefined)
  );
}
