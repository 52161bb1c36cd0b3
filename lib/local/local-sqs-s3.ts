import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The part of fauxqs that is used here: a type of an ES module cannot be imported by name from CommonJS. */
interface Fauxqs {
  addHook(name: "onSend", hook: (request: Asked, reply: unknown, payload: unknown) => Promise<unknown>): unknown;
  inject(request: { method: "POST"; url: string; headers: Record<string, string>; payload: string }): Promise<unknown>;
  listen(options: { port: number; host: string }): Promise<string>;
  close(): Promise<void>;
  readonly server: Server;
}

interface Asked {
  readonly raw: IncomingMessage;
  readonly body: unknown;
}

/** The most that SQS takes: the worker itself gives a call up that its workers die of, and much sooner. */
const MOST_RECEIVES = 1000;

/** As long as SQS keeps a message: 14 days. */
const RETENTION_S = 1_209_600;

/** The place of SQS and S3 on this machine: queues and buckets in memory. Nothing runs until somebody needs one. */
export class LocalSqsS3 {
  private server?: Promise<Fauxqs>;
  private readonly queues = new Map<string, Promise<string>>();
  private readonly buckets = new Map<string, Promise<void>>();

  async url(): Promise<string> {
    this.server ??= listen();
    return `http://127.0.0.1:${((await this.server).server.address() as AddressInfo).port}`;
  }

  /** URL of the queue of this name. */
  queue(name: string, deadLetters?: string): Promise<string> {
    const queue = this.queues.get(name) ?? this.makeQueue(name, deadLetters);
    this.queues.set(name, queue);
    return queue;
  }

  bucket(name: string): Promise<void> {
    const bucket = this.buckets.get(name) ?? this.makeBucket(name);
    this.buckets.set(name, bucket);
    return bucket;
  }

  async close(): Promise<void> {
    await (await this.server)?.close();
  }

  private async makeQueue(name: string, deadLetters: string | undefined): Promise<string> {
    const redrive = deadLetters && {
      deadLetterTargetArn: await this.arnOf(await this.queue(deadLetters)),
      maxReceiveCount: MOST_RECEIVES,
    };
    const Attributes = {
      MessageRetentionPeriod: String(RETENTION_S),
      ...(redrive && { RedrivePolicy: JSON.stringify(redrive) }),
    };
    const { QueueUrl } = await this.ask("CreateQueue", { QueueName: name, Attributes });
    return QueueUrl as string;
  }

  private async arnOf(queueUrl: string): Promise<string> {
    const { Attributes } = await this.ask("GetQueueAttributes", { QueueUrl: queueUrl, AttributeNames: ["QueueArn"] });
    return (Attributes as { QueueArn: string }).QueueArn;
  }

  private async makeBucket(name: string): Promise<void> {
    const response = await fetch(`${await this.url()}/${name}`, { method: "PUT" });
    if (!response.ok) throw new Error(`CreateBucket ${name} here: ${await response.text()}`);
  }

  /** As the AWS SDK asks SQS, without loading it. */
  private async ask(operation: string, body: object): Promise<Record<string, unknown>> {
    const response = await fetch(await this.url(), {
      method: "POST",
      headers: headersOf(operation),
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${operation} here: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }
}

/** Its own start listens on every address of the machine. */
async function listen(): Promise<Fauxqs> {
  const { buildApp } = await import("fauxqs");
  const app = buildApp({ logger: false }) as unknown as Fauxqs;
  app.addHook("onSend", (request, _, payload) => takeBack(app, request, payload));
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app;
}

/** Messages for a poll whose worker has gone meanwhile: they would be hidden from the next one for as long as a worker has. */
async function takeBack(app: Fauxqs, { raw, body }: Asked, payload: unknown): Promise<unknown> {
  const isPoll = raw.headers["x-amz-target"] === "AmazonSQS.ReceiveMessage";
  if (!isPoll || !raw.socket.destroyed || typeof payload !== "string") return payload;
  const { Messages = [] } = JSON.parse(payload) as { Messages?: ReadonlyArray<{ ReceiptHandle: string }> };
  const { QueueUrl } = body as { QueueUrl: string };
  for (const { ReceiptHandle } of Messages) {
    const payload = JSON.stringify({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 });
    await app.inject({ method: "POST", url: "/", headers: headersOf("ChangeMessageVisibility"), payload });
  }
  return payload;
}

function headersOf(operation: string): Record<string, string> {
  return { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${operation}` };
}
