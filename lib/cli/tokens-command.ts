import { stateOf, type TokenItem } from "../tokens/item";
import { joinPair, type SecretPair, splitPair } from "../tokens/secret-pair";
import { LONGEST_URL_TOKEN, signUrlToken, URL_TOKEN_PARAMETER, withUrlToken } from "../tokens/signed-url";
import { TokenError } from "../tokens/token-error";
import { TokenStore } from "../tokens/token-store";
import { reported } from "./reported";
import type { CreateOptions, RotateOptions, SignOptions, TableOptions } from "./tokens-options";
import { tokensTableName } from "./tokens-table-name";

export function createToken(options: CreateOptions): Promise<void> {
  const { scope: scopes, expires: expiresIn, note, rateLimit, json = false } = options;
  return reported(async () => {
    const { item, pair } = await (await storeOf(options)).create({ scopes, expiresIn, note, rateLimit });
    printSecret(pair, `Token ${item.keyId} for ${describe(item)}.`, json);
  });
}

export function listTokens(options: TableOptions): Promise<void> {
  return reported(async () => {
    const items = await (await storeOf(options)).list();
    const rows = items.map((item) => rowOf(item));
    if (options.json) print(JSON.stringify(rows));
    else if (rows.length === 0)
      print("There are no tokens. Make one: slipway tokens create --scope <environment/app/function>");
    else print(table(rows).join("\n"));
  });
}

export function revokeToken(keyId: string, options: TableOptions): Promise<void> {
  return reported(async () => {
    const item = await (await storeOf(options)).revoke(keyId);
    if (options.json) print(JSON.stringify(rowOf(item)));
    else print(`${keyId} is revoked. Endpoints that have just seen it let it in for up to a minute more.`);
  });
}

export function rotateToken(keyId: string, options: RotateOptions): Promise<void> {
  return reported(async () => {
    const { item, pair } = await (await storeOf(options)).rotate(keyId, options.grace);
    const { previousUntil } = item;
    const before =
      previousUntil === undefined
        ? "The secret before works no more, but for up to a minute where it was just seen."
        : `The secret before works until ${minute(previousUntil)}.`;
    printSecret(pair, `Another secret for ${keyId}. ${before}`, options.json ?? false);
  });
}

export function signUrl(url: string, { expires, prefix }: SignOptions): Promise<void> {
  return reported(async () => {
    const pair = splitPair(process.env.SLIPWAY_TOKEN ?? "");
    if (pair === undefined) {
      throw new TokenError(
        "SLIPWAY_TOKEN holds no token.",
        "export SLIPWAY_TOKEN=wk-….ws-… with a token's key id and secret.",
      );
    }
    if (expires > LONGEST_URL_TOKEN)
      throw new TokenError("A signed URL works for at most 1h.", "Sign another one then.");
    const { host, pathname, searchParams } = parseUrl(url);
    if (searchParams.has(URL_TOKEN_PARAMETER))
      throw new TokenError("The URL is signed already.", "Sign the one before.");
    const pathPrefix = prefix ?? pathname;
    if (!pathname.startsWith(pathPrefix) || !pathPrefix.startsWith("/")) {
      throw new TokenError(
        `The path ${pathname} does not begin with ${pathPrefix}.`,
        "Give a --prefix of the URL's own path.",
      );
    }
    const expiresAt = Math.floor(Date.now() / 1000) + expires;
    print(withUrlToken(url, signUrlToken(pair, { host, pathPrefix, expiresAt })));
  });
}

function parseUrl(text: string): URL {
  try {
    const url = new URL(text);
    if (["http:", "https:", "ws:", "wss:"].includes(url.protocol)) return url;
  } catch {
    // Said below.
  }
  throw new TokenError(
    `${text} is no URL.`,
    "Give all of it, such as https://acme-prod--shop-api.apps.acme.com/reports",
  );
}

async function storeOf({ table, region, profile }: TableOptions): Promise<TokenStore> {
  const name = tokensTableName(table);
  // What versions of Node the SDK will drop is nothing that a user of this command can act on.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  return TokenStore.open(name, { region, profile });
}

function printSecret(pair: SecretPair, title: string, json: boolean): void {
  const headers = {
    "Slipway-Key": pair.keyId,
    "Slipway-Secret": pair.secret,
    Authorization: `Bearer ${joinPair(pair)}`,
  };
  if (json) {
    print(JSON.stringify(headers));
    return;
  }
  const lines = Object.entries(headers).map(([name, value]) => `  ${`${name}:`.padEnd(16)}${value}`);
  print([title, "", ...lines, "", "The secret is stored nowhere: this is the only time that it is shown."].join("\n"));
}

function describe({ scopes, expiresAt, rateLimit }: TokenItem): string {
  const until = expiresAt === undefined ? "" : `, until ${minute(expiresAt)}`;
  return `${scopes.join(", ")}${until}${rateLimit === undefined ? "" : `, ${rateLimit} requests/s in each container`}`;
}

/** What a list shows of a token: nothing that is derived from its secret. */
function rowOf(item: TokenItem) {
  const { keyId, scopes, createdAt, expiresAt, revokedAt, previousUntil, rateLimit, note } = item;
  const now = Date.now() / 1000;
  const time = (seconds: number | undefined) => (seconds === undefined ? null : new Date(seconds * 1000).toISOString());
  return {
    keyId,
    state: stateOf(item, now),
    scopes,
    createdAt: time(createdAt),
    expiresAt: time(expiresAt),
    revokedAt: time(revokedAt),
    previousSecretUntil: previousUntil !== undefined && previousUntil > now ? time(previousUntil) : null,
    rateLimit: rateLimit ?? null,
    note: note ?? null,
  };
}

function table(rows: readonly ReturnType<typeof rowOf>[]): string[] {
  const cells = rows.map(({ keyId, state, scopes, createdAt, expiresAt, rateLimit, note }) => [
    keyId,
    state,
    scopes.join(" "),
    createdAt!.slice(0, 10),
    expiresAt?.slice(0, 10) ?? "never",
    rateLimit === null ? "-" : `${rateLimit}/s`,
    // What a terminal would obey.
    (note ?? "").replace(/\p{Cc}/gu, " "),
  ]);
  const all = [["KEY ID", "STATE", "SCOPES", "CREATED", "EXPIRES", "RATE", "NOTE"], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}

function minute(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
