import { Agent } from "node:http";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { type FunctionEntry, OPEN_INDEX, toRegistryItem } from "../../../../lib/calls";
import { freePorts, until } from "../../../runtime/gateway/loopback";
import { Child } from "../../child";
import { exchange } from "../proxy/fault-proxy";
import type { Queues } from "../proxy/sqs";

export const TABLE = "calls";
export const REGISTRY = "registry";
export const BUCKET = "payloads";
export const REGION = "eu-west-1";

const AGENT = new Agent({ keepAlive: true });

/** DynamoDB, SQS and S3 in processes of their own, asked here without anything between. */
export class Engines implements Queues {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  private readonly urls = new Map<string, string>();

  private constructor(
    readonly dynamodbPort: number,
    readonly sqsPort: number,
  ) {
    // A line of text among the report's; the image has a newer Node.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    const to = (port: number) => ({
      region: REGION,
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
    });
    this.dynamodb = new DynamoDBClient(to(dynamodbPort));
    this.sqs = new SQSClient(to(sqsPort));
    this.s3 = new S3Client({ ...to(sqsPort), forcePathStyle: true });
  }

  static async start(): Promise<Engines> {
    const [dynamodb, sqs] = await freePorts(2);
    const dynalite = join(require.resolve("dynalite"), "../cli.js");
    new Child(process.execPath, [dynalite, "--host", "127.0.0.1", "--port", `${dynamodb}`, "--createTableMs", "0"]);
    new Child(process.execPath, [join(__dirname, "fauxqs.mjs"), `${sqs}`]);
    const engines = new Engines(dynamodb!, sqs!);
    await Promise.all([dynamodb!, sqs!].map((port) => until(() => answers(port), "an engine answers", 30_000)));
    return engines;
  }

  async createStores(): Promise<void> {
    const keys = [
      { AttributeName: "pk", AttributeType: "S" as const },
      { AttributeName: "sk", AttributeType: "S" as const },
    ];
    const schema = (pk: string, sk: string) => [
      { AttributeName: pk, KeyType: "HASH" as const },
      { AttributeName: sk, KeyType: "RANGE" as const },
    ];
    const shared = { BillingMode: "PAY_PER_REQUEST" as const, KeySchema: schema("pk", "sk") };
    await this.dynamodb.send(new CreateTableCommand({ TableName: REGISTRY, ...shared, AttributeDefinitions: keys }));
    await this.dynamodb.send(
      new CreateTableCommand({
        TableName: TABLE,
        ...shared,
        AttributeDefinitions: [
          ...keys,
          { AttributeName: "open", AttributeType: "S" },
          { AttributeName: "nextDue", AttributeType: "N" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: OPEN_INDEX,
            KeySchema: schema("open", "nextDue"),
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
      }),
    );
    await this.s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  }

  async createQueue(name: string): Promise<void> {
    const { QueueUrl } = await this.sqs.send(new CreateQueueCommand({ QueueName: name }));
    this.urls.set(name, QueueUrl!);
  }

  async register(entry: FunctionEntry): Promise<void> {
    await this.dynamodb.send(new PutItemCommand({ TableName: REGISTRY, Item: toRegistryItem(entry) as never }));
  }

  urlOf(name: string): string {
    const url = this.urls.get(name);
    if (url === undefined) throw new Error(`there is no queue ${name}`);
    return url;
  }

  async stateOf(call: string): Promise<string | undefined> {
    const { Item } = await this.dynamodb.send(
      new GetItemCommand({ TableName: TABLE, Key: { pk: { S: call }, sk: { S: "call" } }, ConsistentRead: true }),
    );
    return Item?.state?.S;
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    await exchange(port, AGENT, { method: "GET", path: "/", headers: {}, body: Buffer.alloc(0) });
    return true;
  } catch {
    return false;
  }
}
