import { basename } from "node:path/posix";
import { type FunctionEntry, registryKey, toRegistryItem } from "../calls/function-entry";
import { OPEN_INDEX } from "../calls/record-item";
import type { LocalDynamodb, TableSchema } from "./local-dynamodb";
import { LocalSqsS3 } from "./local-sqs-s3";
import type { CallStores, Endpoints, Queues } from "./task-aws";

const PRIMARY_KEY = [
  { AttributeName: "pk", KeyType: "HASH" },
  { AttributeName: "sk", KeyType: "RANGE" },
] as const;
const KEY_TYPES = PRIMARY_KEY.map(({ AttributeName }) => ({ AttributeName, AttributeType: "S" as const }));

const CALLS: TableSchema = {
  AttributeDefinitions: [
    ...KEY_TYPES,
    { AttributeName: "open", AttributeType: "S" },
    { AttributeName: "nextDue", AttributeType: "N" },
  ],
  KeySchema: PRIMARY_KEY,
  GlobalSecondaryIndexes: [
    {
      IndexName: OPEN_INDEX,
      KeySchema: [
        { AttributeName: "open", KeyType: "HASH" },
        { AttributeName: "nextDue", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
};
const REGISTRY: TableSchema = { AttributeDefinitions: KEY_TYPES, KeySchema: PRIMARY_KEY };

/** What others find in the registry: a function, or the item of a web endpoint as DynamoDB has it. */
export interface Registered {
  readonly app: string;
  readonly name: string;
  readonly item: object;
}

/** Where calls are kept on this machine: in memory, until the session ends. Nothing runs until a task makes or runs calls. */
export class LocalCalls {
  private readonly sqsS3 = new LocalSqsS3();
  private readonly registered = new Map<string, ReadonlyMap<string, Registered>>();

  constructor(private readonly dynamodb: LocalDynamodb) {}

  /** Servers in AWS's place that have these stores. */
  async serve({ table, bucket, registry }: CallStores): Promise<Endpoints> {
    const [dynamodb, url] = await Promise.all([
      this.dynamodb.serve(table, CALLS),
      this.sqsS3.url(),
      this.dynamodb.serve(registry, REGISTRY),
      this.sqsS3.bucket(bucket),
    ]);
    return { dynamodb, sqs: url, s3: url };
  }

  /** Queues here of the names that a function's have on AWS. */
  async queues({ queueUrl, dlqUrl }: Queues): Promise<Queues> {
    const deadLetters = basename(dlqUrl);
    return {
      dlqUrl: await this.sqsS3.queue(deadLetters),
      queueUrl: await this.sqsS3.queue(basename(queueUrl), deadLetters),
    };
  }

  /** A function's entry, with its queues here. */
  async function(entry: FunctionEntry): Promise<Registered> {
    const { app, name } = entry;
    return { app, name, item: toRegistryItem({ ...entry, ...(await this.queues(entry)) }) };
  }

  /** Makes the registry hold just these. */
  async register(registry: string, wanted: readonly Registered[]): Promise<void> {
    await this.dynamodb.serve(registry, REGISTRY);
    const before = this.registered.get(registry) ?? new Map<string, Registered>();
    const now = new Map(wanted.map((one) => [`${one.app}/${one.name}`, one]));
    this.registered.set(registry, now);
    for (const { item } of now.values()) await this.dynamodb.put(registry, item);
    for (const [target, { app, name }] of before) {
      if (!now.has(target)) await this.dynamodb.delete(registry, registryKey(app, name));
    }
  }

  async close(): Promise<void> {
    await this.sqsS3.close();
  }
}
