import { isKeyId, isSecret, type SecretPair, splitPair } from "../../../tokens/secret-pair";
import { parseUrlToken, type UrlToken } from "../../../tokens/signed-url";
import type { ClientRequest } from "../client-request";
import { queryTokens, withoutQueryToken } from "./query-token";

/** What a request proves its right with. */
export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "malformed"; readonly keyId?: string }
  | ({ readonly kind: "pair" } & SecretPair)
  | UrlCredential;

export interface UrlCredential {
  readonly kind: "url";
  readonly keyId: string;
  /** The whole token. */
  readonly text: string;
  readonly token: UrlToken;
  /** What it is used for. */
  readonly host: string;
  readonly path: string;
}

const NONE: Credential = { kind: "none" };

/** What a credential's header becomes: a name that never crosses the gateway. */
const TAKEN = "x-slipway-taken";

/**
 * Takes the credentials off a request: whatever comes of it, from here on neither the app nor a log line can have them.
 * The first form counts of `Slipway-*`, `Modal-*`, `Authorization: Bearer wk-….ws-…` and the query. Any other
 * `Authorization` is the app's own business.
 */
export function takeCredential(request: ClientRequest): Credential {
  const { headers } = request;
  const found: Found = {};
  for (let i = 0; i < headers.length; i += 2) {
    const field = fieldOf(headers[i]!);
    if (field === undefined) continue;
    const value = headers[i + 1]!;
    if (field === "referer") {
      headers[i + 1] = withoutQueryToken(value);
      continue;
    }
    if (field === "authorization" && !isOurs(value)) continue;
    // What is sent twice is no credential: two readers might not mean the same one.
    found[field] = found[field] === undefined ? value : "";
    headers[i] = TAKEN;
    headers[i + 1] = "";
  }
  const { target } = request;
  const tokens = queryTokens(target);
  if (tokens.length > 0) request.target = withoutQueryToken(target);
  return credentialInHeaders(found) ?? credentialInQuery(tokens, request);
}

type Field = "slipwayKey" | "slipwaySecret" | "modalKey" | "modalSecret" | "authorization";
type Found = { [F in Field]?: string };

/** Most headers are none of these by their length alone. */
function fieldOf(name: string): Field | "referer" | undefined {
  switch (name.length) {
    case 7:
      return name.toLowerCase() === "referer" ? "referer" : undefined;
    case 9:
      return name.toLowerCase() === "modal-key" ? "modalKey" : undefined;
    case 11:
      return name.toLowerCase() === "slipway-key" ? "slipwayKey" : undefined;
    case 12:
      return name.toLowerCase() === "modal-secret" ? "modalSecret" : undefined;
    case 13:
      return name.toLowerCase() === "authorization" ? "authorization" : undefined;
    case 14:
      return name.toLowerCase() === "slipway-secret" ? "slipwaySecret" : undefined;
    default:
      return undefined;
  }
}

/** `Bearer wk-….ws-…`. */
function isOurs(authorization: string): boolean {
  if (!authorization.includes(".ws-")) return false;
  return authorization.slice(0, 7).toLowerCase() === "bearer " && bearerOf(authorization).startsWith("wk-");
}

function bearerOf(authorization: string): string {
  return authorization.slice("bearer ".length).trim();
}

function credentialInHeaders(found: Found): Credential | undefined {
  const { slipwayKey, slipwaySecret, modalKey, modalSecret, authorization } = found;
  if (slipwayKey !== undefined || slipwaySecret !== undefined) return pairOf(slipwayKey, slipwaySecret);
  if (modalKey !== undefined || modalSecret !== undefined) return pairOf(modalKey, modalSecret);
  if (authorization === undefined) return undefined;
  const text = bearerOf(authorization);
  const pair = splitPair(text);
  return pair === undefined
    ? malformed(text.split(".", 1)[0])
    : { kind: "pair", keyId: pair.keyId, secret: pair.secret };
}

function credentialInQuery(tokens: readonly string[], request: ClientRequest): Credential {
  const [text] = tokens;
  if (text === undefined) return NONE;
  const token = tokens.length === 1 ? parseUrlToken(text) : undefined;
  if (token === undefined) return malformed(text.split(".", 1)[0]);
  const { target, host = "" } = request;
  return { kind: "url", keyId: token.keyId, text, token, host, path: target.split("?", 1)[0]! };
}

function pairOf(keyId = "", secret = ""): Credential {
  return isKeyId(keyId) && isSecret(secret) ? { kind: "pair", keyId, secret } : malformed(keyId);
}

/** A key id is named in the log only when it can be one: what else stands in its place may be a secret. */
function malformed(keyId = ""): Credential {
  return isKeyId(keyId) ? { kind: "malformed", keyId } : { kind: "malformed" };
}
