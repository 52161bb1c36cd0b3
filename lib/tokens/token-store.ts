import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type Attributes, KEY_ATTRIBUTE, readItem, stateOf, type TokenItem, toAttributes } from "./item";
import { digestOf, newKeyId, newSecret, type SecretPair } from "./secret-pair";
import { publicKeyOf } from "./signed-url";
import { TokenError } from "./token-error";

export interface NewToken {
  readonly scopes: readonly string[];
  /** Seconds from now; for ever without it. */
  readonly expiresIn?: number;
  readonly note?: string;
  /** Requests per second and container. */
  readonly rateLimit?: number;
}

/** A token and its secret, which is nowhere else and never again. */
export interface Issued {
  readonly item: TokenItem;
  readonly pair: SecretPair;
}

type Sdk = typeof import("@aws-sdk/client-dynamodb");

/** The tokens table for those who may write it. */
export class TokenStore {
  private constructor(
    private readonly table: string,
    private readonly sdk: Sdk,
    private readonly client: DynamoDBClient,
  ) {}

  static async open(table: string, account: { region?: string; profile?: string } = {}): Promise<TokenStore> {
    const sdk = await import("@aws-sdk/client-dynamodb");
    return new TokenStore(table, sdk, new sdk.DynamoDBClient(account));
  }

  async create({ scopes, expiresIn, note, rateLimit }: NewToken): Promise<Issued> {
    const pair = { keyId: newKeyId(), secret: newSecret() };
    const createdAt = this.now();
    const expiresAt = expiresIn === undefined ? undefined : createdAt + expiresIn;
    const item: TokenItem = {
      keyId: pair.keyId,
      ...stored(pair.secret),
      scopes,
      createdAt,
      expiresAt,
      note,
      rateLimit,
    };
    const { PutItemCommand } = this.sdk;
    await this.asked(() =>
      this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: toAttributes(item) as never,
          ConditionExpression: "attribute_not_exists(keyId)",
        }),
      ),
    );
    return { item, pair };
  }

  /** The newest first. */
  async list(): Promise<TokenItem[]> {
    const { paginateScan } = this.sdk;
    const items = await this.asked(async () => {
      const found: TokenItem[] = [];
      for await (const page of paginateScan({ client: this.client }, { TableName: this.table, ConsistentRead: true })) {
        for (const attributes of page.Items ?? []) {
          const item = readItem(attributes as Attributes);
          if (item !== undefined) found.push(item);
        }
      }
      return found;
    });
    return items.sort((a, b) => b.createdAt - a.createdAt || (a.keyId < b.keyId ? -1 : 1));
  }

  async revoke(keyId: string): Promise<TokenItem> {
    return this.update(keyId, {
      UpdateExpression: "SET revokedAt = if_not_exists(revokedAt, :now)",
      ConditionExpression: "attribute_exists(keyId)",
      values: { now: this.now() },
    });
  }

  /** Another secret for the same key id; the one before is accepted for so many seconds more. */
  async rotate(keyId: string, graceSeconds: number): Promise<Issued> {
    const before = await this.get(keyId);
    const state = stateOf(before, this.now());
    if (state !== "active") throw new TokenError(`The token ${keyId} is ${state}.`, "Create a new one.");
    const pair = { keyId, secret: newSecret() };
    const { sha256, publicKey } = stored(pair.secret);
    const renewed = "SET sha256 = :sha256, publicKey = :publicKey";
    const previous = "previousSha256 = :old, previousPublicKey = :oldKey, previousUntil = :until";
    const kept = { oldKey: before.publicKey, until: this.now() + graceSeconds };
    const item = await this.update(keyId, {
      UpdateExpression:
        graceSeconds > 0
          ? `${renewed}, ${previous}`
          : `${renewed} REMOVE previousSha256, previousPublicKey, previousUntil`,
      // Two who rotate at once would each keep the other's secret for the one before.
      ConditionExpression: "sha256 = :old AND attribute_not_exists(revokedAt)",
      values: { sha256, publicKey, old: before.sha256, ...(graceSeconds > 0 && kept) },
    });
    return { item, pair };
  }

  private async get(keyId: string): Promise<TokenItem> {
    const { GetItemCommand } = this.sdk;
    const { Item } = await this.asked(() =>
      this.client.send(
        new GetItemCommand({ TableName: this.table, Key: { [KEY_ATTRIBUTE]: { S: keyId } }, ConsistentRead: true }),
      ),
    );
    const item = Item && readItem(Item as Attributes);
    if (item === undefined) throw this.unknown(keyId);
    return item;
  }

  private async update(
    keyId: string,
    change: { UpdateExpression: string; ConditionExpression: string; values: Record<string, string | number> },
  ): Promise<TokenItem> {
    const { UpdateItemCommand } = this.sdk;
    const { values, ...expressions } = change;
    const named = Object.entries(values).map(([name, value]) => [
      `:${name}`,
      typeof value === "number" ? { N: String(value) } : { S: value },
    ]);
    const { Attributes: updated } = await this.asked(
      () =>
        this.client.send(
          new UpdateItemCommand({
            TableName: this.table,
            Key: { [KEY_ATTRIBUTE]: { S: keyId } },
            ...expressions,
            ExpressionAttributeValues: Object.fromEntries(named),
            ReturnValues: "ALL_NEW",
          }),
        ),
      keyId,
    );
    const item = readItem(updated as Attributes);
    if (item === undefined) throw this.unknown(keyId);
    return item;
  }

  /** Seconds. A clock that AWS says is minutes off is corrected by the SDK, and so are the times that are written. */
  private now(): number {
    return Math.floor((Date.now() + this.client.config.systemClockOffset) / 1000);
  }

  private unknown(keyId: string): TokenError {
    return new TokenError(`The table ${this.table} has no token ${keyId}.`, "slipway tokens list");
  }

  /** What AWS says, as what to do about it. */
  private async asked<T>(request: () => Promise<T>, keyId = ""): Promise<T> {
    try {
      return await request();
    } catch (error) {
      const { name, message } = error as Error;
      switch (name) {
        case "ConditionalCheckFailedException":
          throw await this.conflict(keyId);
        case "ResourceNotFoundException":
          throw new TokenError(
            `There is no table ${this.table} in ${await this.client.config.region()}.`,
            "Name another with --table, --region or --profile.",
          );
        case "CredentialsProviderError":
          throw new TokenError(`No AWS credentials were found: ${message}`, "Log in, or name a --profile.");
        case "AccessDeniedException":
        case "UnrecognizedClientException":
          throw new TokenError(
            `AWS does not let you: ${message}`,
            `Use credentials that may write the table ${this.table}.`,
          );
        default:
          throw /region is missing/i.test(message)
            ? new TokenError("No AWS region is set.", "Name a --region or a --profile.")
            : new TokenError(`The table ${this.table} could not be asked: ${message || name}`);
      }
    }
  }

  private async conflict(keyId: string): Promise<TokenError> {
    await this.get(keyId);
    return new TokenError(
      `The token ${keyId} was changed by somebody else at the same time.`,
      "Look again, then try again.",
    );
  }
}

function stored(secret: string): { sha256: string; publicKey: string } {
  return { sha256: digestOf(secret).toString("hex"), publicKey: publicKeyOf(secret) };
}
