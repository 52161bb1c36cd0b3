import { join } from "node:path";
import { type Attributes, KEY_ATTRIBUTE } from "../../../tokens/item";
import type { DynamoDBClient, GetItemCommand } from "./dynamodb";

export interface TokensTableOptions {
  readonly table: string;
  readonly region: string;
  /** The local engine's table; AWS's own without it. */
  readonly endpoint?: string;
}

/** A request waits for this, so a table that is slow counts as one that is away. */
const CONNECT_MS = 1000;
const ATTEMPT_MS = 1500;
const ATTEMPTS = 2;
const WHOLE_READ_MS = 4000;

/** An idle client's connections are not kept for ever, and a flood's reads do not open one each. */
const MOST_CONNECTIONS = 32;

/** Built beside the program. A name that is put together here is one that the build leaves alone. */
const SDK_FILE = "dynamodb.cjs";

interface Loaded {
  readonly client: DynamoDBClient;
  readonly GetItem: typeof GetItemCommand;
}

/** The tokens table. A task may get items by their key, and nothing else. */
export class TokensTable {
  private loaded: Loaded | undefined;

  constructor(private readonly options: TokensTableOptions) {}

  /** What the table says now. The read is a consistent one: a token works as soon as it was made. */
  async read(keyId: string): Promise<Attributes | undefined> {
    this.loaded ??= this.load();
    const { client, GetItem } = this.loaded;
    const command = new GetItem({
      TableName: this.options.table,
      Key: { [KEY_ATTRIBUTE]: { S: keyId } },
      ConsistentRead: true,
    });
    const { Item } = await withDeadline((abortSignal) => client.send(command, { abortSignal }));
    return Item as Attributes | undefined;
  }

  /** The SDK costs memory even where it only lies in a file that is read: so it has its own, read when tokens are asked for. */
  private load(): Loaded {
    // A line of text that no reader of the log expects; the image has a newer Node.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
    const { DynamoDBClient, GetItemCommand }: typeof import("./dynamodb") = require(join(__dirname, SDK_FILE));
    const { region, endpoint } = this.options;
    const client = new DynamoDBClient({
      region,
      maxAttempts: ATTEMPTS,
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        requestTimeout: ATTEMPT_MS,
        throwOnRequestTimeout: true,
        httpsAgent: { maxSockets: MOST_CONNECTIONS, keepAlive: true },
        httpAgent: { maxSockets: MOST_CONNECTIONS, keepAlive: true },
      },
      // Nobody looks at the credentials there, and looking for some would mean to ask the network.
      ...(endpoint !== undefined && { endpoint, credentials: { accessKeyId: "local", secretAccessKey: "local" } }),
    });
    return { client, GetItem: GetItemCommand };
  }
}

/** The SDK's own limits are for a connection; finding credentials comes on top. */
async function withDeadline<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${WHOLE_READ_MS} ms`));
      controller.abort();
    }, WHOLE_READ_MS);
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
