import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from "node:crypto";
import { isKeyId, type SecretPair } from "./secret-pair";

/**
 * A token in a URL, for what can send no header: a browser's links, images, event streams and WebSockets. It is signed with
 * a key that follows from the secret, so it is made without asking anybody, and the table needs only the public half:
 *
 *     <key id>.<expiry, in seconds since 1970>.<host and path prefix, base64url>.<Ed25519 signature, base64url>
 */
export const URL_TOKEN_PARAMETER = "__slipway_token";

/** Seconds. A URL ends up in histories and in the logs of others. */
export const LONGEST_URL_TOKEN = 3600;

/** What a signed URL opens, until when. */
export interface UrlGrant {
  readonly keyId: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  /** As in the Host header: lower case, and with the port where that is not the scheme's own. */
  readonly host: string;
  /** The path it opens, with all below it. */
  readonly pathPrefix: string;
}

export interface UrlToken extends UrlGrant {
  /** What was signed. */
  readonly message: string;
  readonly signature: Buffer;
}

/** Longer ones are not looked at. */
const LENGTH_LIMIT = 2048;
const SIGNATURE_BYTES = 64;

/** Ties a key and a signature to this purpose and version. */
const CONTEXT = "slipway-signed-url-v1";

/** DER of an Ed25519 private key up to its 32 bytes, and of a public one. @see https://www.rfc-editor.org/rfc/rfc8410 */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

function privateKeyOf(secret: string): KeyObject {
  const seed = Buffer.from(hkdfSync("sha256", secret, "", CONTEXT, 32));
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: "der", type: "pkcs8" });
}

/** The public half of a secret's key: 32 bytes, base64url. */
export function publicKeyOf(secret: string): string {
  const der = createPublicKey(privateKeyOf(secret)).export({ format: "der", type: "spki" });
  return der.subarray(PUBLIC_PREFIX.length).toString("base64url");
}

export function readPublicKey(text: string): KeyObject {
  const key = Buffer.concat([PUBLIC_PREFIX, Buffer.from(text, "base64url")]);
  return createPublicKey({ key, format: "der", type: "spki" });
}

export function signUrlToken({ keyId, secret }: SecretPair, grant: Omit<UrlGrant, "keyId">): string {
  const message = `${keyId}.${grant.expiresAt}.${Buffer.from(grant.host + grant.pathPrefix).toString("base64url")}`;
  return `${message}.${sign(null, signed(message), privateKeyOf(secret)).toString("base64url")}`;
}

/** Reads what a token says, not whether it is true. Undefined for what is no token. */
export function parseUrlToken(text: string): UrlToken | undefined {
  if (text.length > LENGTH_LIMIT) return undefined;
  const [keyId = "", expiry = "", scope = "", signature = "", ...more] = text.split(".");
  const decoded = Buffer.from(scope, "base64url").toString();
  const slash = decoded.indexOf("/");
  const bytes = Buffer.from(signature, "base64url");
  if (more.length > 0 || !isKeyId(keyId) || !/^[1-9]\d{0,11}$/.test(expiry)) return undefined;
  if (slash < 1 || bytes.length !== SIGNATURE_BYTES) return undefined;
  return {
    keyId,
    expiresAt: Number(expiry),
    host: decoded.slice(0, slash),
    pathPrefix: decoded.slice(slash),
    message: text.slice(0, text.lastIndexOf(".")),
    signature: bytes,
  };
}

export function isSignedBy({ message, signature }: UrlToken, key: KeyObject): boolean {
  return verify(null, signed(message), key, signature);
}

function signed(message: string): Buffer {
  return Buffer.from(`${CONTEXT}\n${message}`);
}

/** Whether a grant is for a request: `host` as its Host header has it, `path` as its target has it, without the query. */
export function opens(
  { host, pathPrefix }: UrlGrant,
  asked: { readonly host: string; readonly path: string },
): boolean {
  if (asked.host.toLowerCase() !== host || !asked.path.startsWith(pathPrefix)) return false;
  const rest = asked.path.slice(pathPrefix.length);
  if (rest !== "" && !pathPrefix.endsWith("/") && !rest.startsWith("/")) return false;
  return pathPrefix === "/" || !leaves(rest);
}

/** Whether a server that decodes or resolves a path could read it as one outside its beginning. */
function leaves(path: string): boolean {
  return /(^|[/\\])\.\.?($|[/\\;])/.test(path.replace(/%(2e|2f|5c)/gi, (code) => decodeURIComponent(code)));
}

/** The URL with a token, otherwise as it was written. */
export function withUrlToken(url: string, token: string): string {
  const hashAt = url.indexOf("#");
  const [target, fragment] = hashAt === -1 ? [url, ""] : [url.slice(0, hashAt), url.slice(hashAt)];
  return `${target}${target.includes("?") ? "&" : "?"}${URL_TOKEN_PARAMETER}=${token}${fragment}`;
}
