import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CreateTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, DeleteObjectCommand } from "@aws-sdk/client-s3";
import { CreateQueueCommand } from "@aws-sdk/client-sqs";
import { type FunctionEntry, functionTag, OPEN_INDEX, toRegistryItem } from "../../../lib/calls";
import {
  CallQueue,
  CallTable,
  type Clients,
  createClients,
  objectKey,
  Payloads,
  Registry,
} from "../../../lib/calls/aws";
import { onStop } from "../gateway/loopback";
import { Front } from "./front";

export const TABLE = "calls";
export const REGISTRY = "registry";
export const BUCKET = "payloads";
export const RETENTION_S = 3600;
const REGION = "eu-west-1";

/** DynamoDB, SQS and S3 with a calls table, a registry and a bucket; gateways reach each through a front that can be broken. */
export class AwsStandIns {
  readonly table: CallTable;
  readonly payloads: Payloads;
  readonly registry: Registry;
  private queues = 0;

  private constructor(
    /** Around the fronts. */
    readonly clients: Clients,
    readonly dynamodb: Front,
    readonly sqs: Front,
    readonly s3: Front,
  ) {
    this.table = new CallTable(clients.dynamodb, TABLE);
    this.payloads = new Payloads(this.table, clients.s3, BUCKET);
    this.registry = new Registry(clients.dynamodb, REGISTRY);
  }

  static async start(): Promise<AwsStandIns> {
    const child = spawn(process.execPath, [join(__dirname, "aws-process.mjs")], {
      stdio: ["pipe", "pipe", "inherit"],
      // One engine for the three needs little, and a large payload passes through it whole.
      env: { ...process.env, NODE_OPTIONS: "" },
    });
    onStop(async () => {
      const ended = child.exitCode !== null || child.signalCode !== null || once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    });
    const [line] = await once(createInterface({ input: child.stdout }), "line");
    const ports = JSON.parse(line) as { dynamodb: number; aws: number };
    const at = (port: number) => `http://127.0.0.1:${port}`;
    const clients = createClients({
      region: REGION,
      endpoints: { dynamodb: at(ports.dynamodb), sqs: at(ports.aws), s3: at(ports.aws) },
    });
    onStop(() => {
      for (const client of [clients.dynamodb, clients.sqs, clients.s3]) client.destroy();
    });
    const fronts = await Promise.all([ports.dynamodb, ports.aws, ports.aws].map((port) => Front.start(port)));
    const standIns = new AwsStandIns(clients, fronts[0]!, fronts[1]!, fronts[2]!);
    await standIns.create();
    return standIns;
  }

  /** For a gateway's config. */
  get endpoints() {
    return { dynamodb: this.dynamodb.url, sqs: this.sqs.url, s3: this.s3.url };
  }

  /** `calls` of a gateway that may call these functions. */
  callsConfig(...grants: readonly Pick<FunctionEntry, "app" | "name" | "tag">[]) {
    return {
      table: TABLE,
      bucket: BUCKET,
      registry: REGISTRY,
      retentionS: RETENTION_S,
      grants: grants.map(({ app, name, tag }) => ({ app, name, tag })),
      public: false,
    };
  }

  /** A function with queues of its own, in the registry. */
  async addFunction(own: Partial<FunctionEntry> = {}): Promise<FunctionEntry> {
    const n = ++this.queues;
    const name = own.name ?? `fn${n}`;
    const app = own.app ?? "acme";
    const entry: FunctionEntry = {
      app,
      name,
      tag: functionTag({ environment: "test", app, name }),
      queueUrl: await this.createQueue(`${name}-${n}`),
      dlqUrl: await this.createQueue(`${name}-${n}-dlq`),
      service: `${app}-${name}`,
      revision: 1,
      queueMs: 60_000,
      deadlineMs: 120_000,
      visibilityMs: 5000,
      maxPayloadBytes: 1024 ** 3,
      ...own,
    };
    await this.register(entry);
    return entry;
  }

  async register(entry: FunctionEntry): Promise<void> {
    await this.putRegistryItem(toRegistryItem(entry));
  }

  async putRegistryItem(item: object): Promise<void> {
    await this.clients.dynamodb.send(new PutItemCommand({ TableName: REGISTRY, Item: item as never }));
  }

  queue(url: string): CallQueue {
    return new CallQueue(this.clients.sqs, url);
  }

  /** As the bucket's lifecycle does. */
  async removePayload(id: string, part: Parameters<typeof objectKey>[1]): Promise<void> {
    await this.clients.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: objectKey(id, part) }));
  }

  clear(): void {
    for (const front of [this.dynamodb, this.sqs, this.s3]) front.clear();
  }

  private async createQueue(name: string): Promise<string> {
    const { QueueUrl } = await this.clients.sqs.send(new CreateQueueCommand({ QueueName: name }));
    return QueueUrl!;
  }

  private async create(): Promise<void> {
    const { dynamodb, s3 } = this.clients;
    const text = (AttributeName: string) => ({ AttributeName, AttributeType: "S" as const });
    const keys = (hash: string, range: string) => [
      { AttributeName: hash, KeyType: "HASH" as const },
      { AttributeName: range, KeyType: "RANGE" as const },
    ];
    await dynamodb.send(
      new CreateTableCommand({
        TableName: TABLE,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [text("pk"), text("sk"), text("open"), { AttributeName: "nextDue", AttributeType: "N" }],
        KeySchema: keys("pk", "sk"),
        GlobalSecondaryIndexes: [
          { IndexName: OPEN_INDEX, KeySchema: keys("open", "nextDue"), Projection: { ProjectionType: "KEYS_ONLY" } },
        ],
      }),
    );
    await dynamodb.send(
      new CreateTableCommand({
        TableName: REGISTRY,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [text("pk"), text("sk")],
        KeySchema: keys("pk", "sk"),
      }),
    );
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  }
}
