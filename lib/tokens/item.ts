import { isKeyId } from "./secret-pair";

/** A token as the table has it. It holds nothing that could be used as a secret. Times are seconds since 1970. */
export interface TokenItem {
  readonly keyId: string;
  /** SHA-256 of the secret, in hex. */
  readonly sha256: string;
  /** For signed URLs: the Ed25519 key whose private half follows from the secret. */
  readonly publicKey: string;
  /** The secret before the last rotation, accepted until `previousUntil`. */
  readonly previousSha256?: string;
  readonly previousPublicKey?: string;
  readonly previousUntil?: number;
  /** `environment/app/function`, each part a name or `*`. */
  readonly scopes: readonly string[];
  readonly createdAt: number;
  readonly expiresAt?: number;
  /** Its being there revokes the token, whatever clock wrote it. */
  readonly revokedAt?: number;
  readonly note?: string;
  /** Requests per second and container. */
  readonly rateLimit?: number;
}

/** The table's partition key; there is no sort key. */
export const KEY_ATTRIBUTE = "keyId";

/** The part of DynamoDB's values that items are made of. */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly L?: readonly AttributeValue[];
}
export type Attributes = Readonly<Record<string, AttributeValue>>;

const DIGEST = /^[0-9a-f]{64}$/;
/** 32 bytes in base64url. */
const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/;

export function toAttributes(item: TokenItem): Record<string, AttributeValue> {
  const attributes: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(item)) {
    if (value !== undefined) attributes[name] = attributeOf(value);
  }
  return attributes;
}

function attributeOf(value: string | number | readonly string[]): AttributeValue {
  if (typeof value === "number") return { N: String(value) };
  return typeof value === "string" ? { S: value } : { L: value.map((S) => ({ S })) };
}

/** Undefined for what is no token: a token that is not understood is not accepted. */
export function readItem(attributes: Attributes): TokenItem | undefined {
  const text = (name: string) => attributes[name]?.S;
  const count = (name: string) => (attributes[name]?.N === undefined ? undefined : Number(attributes[name].N));
  const { keyId, sha256, publicKey } = { keyId: text("keyId"), sha256: text("sha256"), publicKey: text("publicKey") };
  const scopes = attributes.scopes?.L?.map(({ S }) => S);
  const createdAt = count("createdAt");
  if (keyId === undefined || !isKeyId(keyId)) return undefined;
  if (sha256 === undefined || !DIGEST.test(sha256)) return undefined;
  if (publicKey === undefined || !PUBLIC_KEY.test(publicKey)) return undefined;
  if (!scopes?.every((scope) => scope !== undefined) || createdAt === undefined) return undefined;

  const item: TokenItem = {
    keyId,
    sha256,
    publicKey,
    scopes,
    createdAt,
    previousSha256: text("previousSha256"),
    previousPublicKey: text("previousPublicKey"),
    previousUntil: count("previousUntil"),
    expiresAt: count("expiresAt"),
    revokedAt: count("revokedAt"),
    note: text("note"),
    rateLimit: count("rateLimit"),
  };
  // An attribute of another type would be read as if it were not there, and "expiresAt" must not be.
  const isWhole = Object.entries(item).every(([name, value]) =>
    value === undefined ? attributes[name] === undefined : typeof value !== "number" || value >= 0,
  );
  const { rateLimit = 1 } = item;
  return isWhole && isPair(item) && Number.isInteger(rateLimit) && rateLimit >= 1 ? item : undefined;
}

function isPair({ previousSha256, previousPublicKey, previousUntil }: TokenItem): boolean {
  if (previousSha256 === undefined) return previousPublicKey === undefined && previousUntil === undefined;
  return DIGEST.test(previousSha256) && PUBLIC_KEY.test(previousPublicKey ?? "") && previousUntil !== undefined;
}

export type TokenState = "active" | "revoked" | "expired";

/** At a time in seconds since 1970. */
export function stateOf({ expiresAt, revokedAt }: TokenItem, now: number): TokenState {
  if (revokedAt !== undefined) return "revoked";
  return expiresAt !== undefined && now >= expiresAt ? "expired" : "active";
}
