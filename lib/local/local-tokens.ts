import { KEY_ATTRIBUTE, toAttributes } from "../tokens/item";
import { digestOf, newKeyId, newSecret, type SecretPair } from "../tokens/secret-pair";
import { publicKeyOf } from "../tokens/signed-url";
import type { LocalDynamodb, TableSchema } from "./local-dynamodb";

/** Opens every endpoint here: what a token may open is AWS's and its own platform's matter. */
const EVERYTHING = "*/*/*";

const SCHEMA: TableSchema = {
  AttributeDefinitions: [{ AttributeName: KEY_ATTRIBUTE, AttributeType: "S" }],
  KeySchema: [{ AttributeName: KEY_ATTRIBUTE, KeyType: "HASH" }],
};

/** Tokens tables on this machine, in the place of the platforms': each has the session's one token. */
export class LocalTokens {
  /** Made for this session; nothing stores its secret. */
  readonly pair: SecretPair = { keyId: newKeyId(), secret: newSecret() };

  constructor(private readonly dynamodb: LocalDynamodb) {}

  /** Where a server with DynamoDB's protocol has the table of this name. */
  serve(table: string): Promise<string> {
    return this.dynamodb.serve(table, SCHEMA, [this.item()]);
  }

  private item(): object {
    const { keyId, secret } = this.pair;
    return toAttributes({
      keyId,
      sha256: digestOf(secret).toString("hex"),
      publicKey: publicKeyOf(secret),
      scopes: [EVERYTHING],
      createdAt: Math.floor(Date.now() / 1000),
      note: "slipway dev",
    });
  }
}
