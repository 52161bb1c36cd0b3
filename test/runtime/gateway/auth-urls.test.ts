import { newSecret, type SecretPair } from "../../../lib/tokens/secret-pair";
import { signUrlToken, withUrlToken } from "../../../lib/tokens/signed-url";
import { AuthApp, greeting } from "./auth-app";
import { AuthTable } from "./auth-table";
import { type GatewayProcess, startReadyGateway } from "./gateway-process";
import { send, stopEverything } from "./loopback";

let table: AuthTable;
let app: AuthApp;
let gateway: GatewayProcess;
let inPathMode: GatewayProcess;
let pair: SecretPair;

beforeAll(async () => {
  table = await AuthTable.start();
  app = await AuthApp.start();
  const auth = { cacheMs: 60_000 };
  gateway = await startReadyGateway(app, { web: { auth }, ...table.config });
  inPathMode = await startReadyGateway(app, { web: { auth, stripPrefix: "/acme-web" }, ...table.config });
  pair = (await table.store.create({ scopes: ["test/acme/web"] })).pair;
});

afterAll(stopEverything);

interface Signed {
  readonly host?: string;
  readonly pathPrefix?: string;
  /** Seconds from now. */
  readonly term?: number;
  readonly signer?: SecretPair;
}

function token({ host = "shop.example", pathPrefix = "/", term = 60, signer = pair }: Signed = {}): string {
  return signUrlToken(signer, { host, pathPrefix, expiresAt: Math.floor(Date.now() / 1000) + term });
}

async function ask(path: string, { port } = gateway, host = "shop.example"): Promise<[status: number, code?: string]> {
  const { status, text } = await send(port, path, { headers: { Host: host } });
  return status === 200 ? [200] : [status, JSON.parse(text).error.code];
}

test.each([
  ["alone", (t: string) => `/p?__slipway_token=${t}`, "/p"],
  ["first", (t: string) => `/p?__slipway_token=${t}&a=1`, "/p?a=1"],
  ["last", (t: string) => `/p?a=1&__slipway_token=${t}`, "/p?a=1"],
  ["between", (t: string) => `/p?a=%20&&b=?&__slipway_token=${t}&c=/../%2F&`, "/p?a=%20&&b=?&c=/../%2F&"],
])("a token in the query lets the request in and is taken out, the rest byte for byte: %s", async (_, url, seen) => {
  expect(await ask(url(token()))).toEqual([200]);
  expect(app.reached.at(-1)!.url).toBe(seen);
});

test("a signed URL opens an event stream and a WebSocket", async () => {
  expect(
    (await send(gateway.port, `/events?__slipway_token=${token()}`, { headers: { Host: "shop.example" } })).text,
  ).toBe("data: one\n\ndata: two\n\n");
  const host = `127.0.0.1:${gateway.port}`;
  expect(await greeting(gateway.port, withUrlToken("/socket?room=1", token({ host })), {})).toBe("hello");
  expect(app.reached.at(-1)!.url).toBe("/socket?room=1");
});

test.each<[what: string, signed: Signed, path: string, outcome: [number, string?]]>([
  ["its own path", { pathPrefix: "/reports" }, "/reports", [200]],
  ["what is below it", { pathPrefix: "/reports" }, "/reports/2026/q1.pdf", [200]],
  ["a path that begins like it", { pathPrefix: "/reports" }, "/reports-secret", [403, "out_of_scope"]],
  ["another path", { pathPrefix: "/reports/" }, "/", [403, "out_of_scope"]],
  ["a way out of it", { pathPrefix: "/reports/" }, "/reports/../admin", [403, "out_of_scope"]],
  ["an encoded way out of it", { pathPrefix: "/reports" }, "/reports/%2e%2E%2fadmin", [403, "out_of_scope"]],
  ["a backslashed way out of it", { pathPrefix: "/reports" }, "/reports/..%5cadmin", [403, "out_of_scope"]],
  ["another host", { host: "other.example" }, "/", [403, "out_of_scope"]],
  ["a time that is over", { term: -1 }, "/", [401, "invalid_credentials"]],
  ["more than an hour", { term: 3600 + 360 }, "/", [401, "invalid_credentials"]],
  ["an hour, by a clock that is a little ahead", { term: 3600 + 200 }, "/", [200]],
])("a signed URL for %s", async (_, signed, path, outcome) => {
  const reached = app.reached.length;
  expect(await ask(`${path}?__slipway_token=${token(signed)}`)).toEqual(outcome);
  expect(app.reached.length - reached).toBe(outcome[0] === 200 ? 1 : 0);
});

test("one that was signed with another secret is refused", async () => {
  const signer = { ...pair, secret: newSecret() };
  expect(await ask(`/?__slipway_token=${token({ signer })}`)).toEqual([401, "invalid_credentials"]);
});

test("one whose key's scopes do not name the endpoint is refused", async () => {
  const signer = (await table.store.create({ scopes: ["test/other/*"] })).pair;
  expect(await ask(`/?__slipway_token=${token({ signer })}`)).toEqual([403, "out_of_scope"]);
});

test.each(["", "x", "wk-1.2.3.4", "wk-1.2.3.4.5", "%00", ".".repeat(5000)])(
  "what is no token is refused and not passed on: %p",
  async (text) => {
    expect(await ask(`/?__slipway_token=${text}`)).toEqual([401, "invalid_credentials"]);
  },
);

test("two tokens in one query are none", async () => {
  expect(await ask(`/?__slipway_token=${token()}&__slipway_token=${token()}`)).toEqual([401, "invalid_credentials"]);
});

test("each part of a token is signed: none can be changed", async () => {
  const whole = token({ pathPrefix: "/reports" });
  const [keyId, expiry, scope, signature] = whole.split(".") as [string, string, string, string];
  const wider = Buffer.from("shop.example/").toString("base64url");
  const changed = [
    [keyId, String(Number(expiry) + 60), scope, signature],
    [keyId, expiry, wider, signature],
    [keyId, expiry, scope, `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`],
    [(await table.store.create({ scopes: ["*/*/*"] })).pair.keyId, expiry, scope, signature],
  ];
  expect(await ask(`/reports?__slipway_token=${whole}`)).toEqual([200]);
  for (const parts of changed) {
    expect(await ask(`/reports?__slipway_token=${parts.join(".")}`)).toEqual([401, "invalid_credentials"]);
  }
});

test("in path mode a URL is signed as the client sees it, and a redirect to the slash keeps the token", async () => {
  const signed = token({ pathPrefix: "/acme-web/a" });
  expect(await ask(`/acme-web/a/b?__slipway_token=${signed}&x=1`, inPathMode)).toEqual([200]);
  expect(app.reached.at(-1)!.url).toBe("/a/b?x=1");

  const { status, headers } = await send(inPathMode.port, `/acme-web?__slipway_token=${signed}`);
  expect([status, headers.location]).toEqual([308, `/acme-web/?__slipway_token=${signed}`]);
});

test("revoking the key ends its signed URLs", async () => {
  const short = await startReadyGateway(app, { web: { auth: { cacheMs: 100 } }, ...table.config });
  const signer = (await table.store.create({ scopes: ["*/*/*"] })).pair;
  const path = `/?__slipway_token=${token({ signer })}`;
  expect(await ask(path, short)).toEqual([200]);
  await table.store.revoke(signer.keyId);
  let outcome = await ask(path, short);
  while (outcome[0] === 200) outcome = await ask(path, short);
  expect(outcome).toEqual([401, "invalid_credentials"]);
});

test("the log holds no token of a URL", async () => {
  await ask(`/logged?__slipway_token=${token()}&a=1`);
  await gateway.requests(5);
  const everything = JSON.stringify(gateway.log) + gateway.stderr;
  expect(everything).not.toContain("__slipway_token");
  expect(everything).not.toContain(Buffer.from("shop.example/").toString("base64url"));
});
