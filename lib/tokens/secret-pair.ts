import { hash, randomBytes } from "node:crypto";

/** What a caller holds: a name that may be seen, and a secret that is nowhere stored. */
export interface SecretPair {
  /** `wk-` and 22 letters and digits. */
  readonly keyId: string;
  /** `ws-` and 43 letters and digits: 256 bits, so a plain hash of it tells nothing. */
  readonly secret: string;
}

const KEY_ID_CHARACTERS = 22;
const SECRET_CHARACTERS = 43;
const KEY_ID = new RegExp(`^wk-[0-9A-Za-z]{${KEY_ID_CHARACTERS}}$`);
const SECRET = new RegExp(`^ws-[0-9A-Za-z]{${SECRET_CHARACTERS}}$`);

/** No signs: a double click selects the whole, and no shell or URL needs quotes for it. */
const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

export function newKeyId(): string {
  return `wk-${randomCharacters(KEY_ID_CHARACTERS)}`;
}

export function newSecret(): string {
  return `ws-${randomCharacters(SECRET_CHARACTERS)}`;
}

export function isKeyId(text: string): boolean {
  return KEY_ID.test(text);
}

export function isSecret(text: string): boolean {
  return SECRET.test(text);
}

/** Both in one word, as `Authorization: Bearer` carries them. */
export function joinPair({ keyId, secret }: SecretPair): string {
  return `${keyId}.${secret}`;
}

export function splitPair(text: string): SecretPair | undefined {
  const dot = text.indexOf(".");
  const pair = { keyId: text.slice(0, dot), secret: text.slice(dot + 1) };
  return isKeyId(pair.keyId) && isSecret(pair.secret) ? pair : undefined;
}

/** The only form of a secret that is stored. */
export function digestOf(secret: string): Buffer {
  return hash("sha256", secret, "buffer");
}

/** Every character is as likely as any other: bytes beyond the last whole multiple of 62 are drawn again. */
function randomCharacters(count: number): string {
  const usable = 256 - (256 % ALPHABET.length);
  let text = "";
  while (text.length < count) {
    for (const byte of randomBytes(count)) {
      if (byte < usable && text.length < count) text += ALPHABET[byte % ALPHABET.length];
    }
  }
  return text;
}
