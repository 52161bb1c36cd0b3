import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { Clock } from "./clock";

export interface ClientOptions {
  /** @default - the SDK's own search for one */
  readonly region?: string;
  readonly profile?: string;
  /** Servers in AWS's place; AWS's own without them. */
  readonly endpoints?: { readonly [service in "dynamodb" | "sqs" | "s3"]?: string | null };
  readonly clock?: Clock;
}

export interface Clients {
  readonly dynamodb: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly s3: S3Client;
  readonly clock: Clock;
}

/** Nobody looks at them there, and looking for some would mean to ask the network. */
const LOCAL_CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

const CONNECT_MS = 2000;
/** A long poll takes 20 s; everything else is over sooner by its own deadline. */
const ANSWER_MS = 30_000;
const MOST_CONNECTIONS = 200;

/** What the SDK would tell beside the answer: nobody who reads our log or a command's output expects it. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

/** The SDK's own retries with their back-off and jitter; who asks sets the deadline for all of them together. */
const ATTEMPTS = 5;

/** The clients of what calls are kept in. They learn the time from every answer. */
export function createClients({ region, profile, endpoints = {}, clock = new Clock() }: ClientOptions): Clients {
  // A line of text that no reader of the log expects; the image has a newer Node.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const options = (endpoint: string | null | undefined) => ({
    ...(region !== undefined && { region }),
    logger: SILENT,
    ...(profile !== undefined && { profile }),
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      httpsAgent: { maxSockets: MOST_CONNECTIONS, keepAlive: true },
      httpAgent: { maxSockets: MOST_CONNECTIONS, keepAlive: true },
    },
    ...(endpoint && { endpoint, credentials: LOCAL_CREDENTIALS }),
  });
  const clients = {
    dynamodb: new DynamoDBClient(options(endpoints.dynamodb)),
    sqs: new SQSClient({ ...options(endpoints.sqs), useQueueUrlAsEndpoint: !isPointed("SQS", endpoints.sqs) }),
    s3: new S3Client({ ...options(endpoints.s3), forcePathStyle: isPointed("S3", endpoints.s3) }),
  };
  for (const client of Object.values(clients)) teach(clock, client);
  return { ...clients, clock };
}

/** Whether another server is meant: then neither a queue's URL nor a bucket's name says which host to ask. */
function isPointed(service: string, endpoint: string | null | undefined): boolean {
  return Boolean(endpoint || process.env[`AWS_ENDPOINT_URL_${service}`] || process.env.AWS_ENDPOINT_URL);
}

interface Teachable {
  readonly middlewareStack: { addRelativeTo(middleware: never, options: object): void };
}

function teach(clock: Clock, client: Teachable): void {
  const learning = (next: (args: unknown) => Promise<{ response?: unknown }>) => async (args: unknown) => {
    const askedAt = clock.hostNow();
    const result = await next(args);
    const { headers } = (result.response ?? {}) as { headers?: Record<string, string> };
    clock.learn(headers?.date, askedAt, clock.hostNow());
    return result;
  };
  client.middlewareStack.addRelativeTo(learning as never, {
    name: "slipwayClock",
    relation: "after",
    toMiddleware: "deserializerMiddleware",
    override: true,
  });
}
