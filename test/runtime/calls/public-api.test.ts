import { type FunctionEntry, newCallId } from "../../../lib/calls";
import { newKeyId, newSecret, type SecretPair } from "../../../lib/tokens/secret-pair";
import { signUrlToken } from "../../../lib/tokens/signed-url";
import type { TokenStore } from "../../../lib/tokens/token-store";
import { HEADER_FORMS } from "../gateway/auth-app";
import { send, stopEverything, until } from "../gateway/loopback";
import { AwsStandIns } from "./aws-stand-ins";
import { succeedWith } from "./by-hand";
import { GivenCalls } from "./given-calls";
import { PublicGateway, startTokens } from "./public-gateway";

let aws: AwsStandIns;
let tokens: TokenStore;
let gateway: PublicGateway;
/** Granted to the endpoint; so is `other`. `foreign` is not. */
let fn: FunctionEntry;
let other: FunctionEntry;
let foreign: FunctionEntry;
let all: SecretPair;
let ofFn: SecretPair;
let ofEndpoint: SecretPair;
let expired: SecretPair;
let revoked: SecretPair;

const tokenFor = async (...scopes: string[]) => (await tokens.create({ scopes })).pair;

beforeAll(async () => {
  aws = await AwsStandIns.start();
  tokens = await startTokens(aws);
  [fn, other, foreign] = [await aws.addFunction(), await aws.addFunction(), await aws.addFunction()];
  all = await tokenFor("*/*/*");
  ofFn = await tokenFor("prod/*/*", `test/acme/${fn.name}`);
  ofEndpoint = await tokenFor("test/acme/web");
  expired = (await tokens.create({ scopes: ["*/*/*"], expiresIn: -1 })).pair;
  revoked = await tokenFor("*/*/*");
  await tokens.revoke(revoked.keyId);
  gateway = await PublicGateway.start(aws, [fn, other]);
});
afterAll(stopEverything);

/** Everything that can be asked about a function, and about a call of it. */
const VERBS: [verb: string, method: string, path: (of: FunctionEntry, id: string) => string, status: number][] = [
  ["spawn", "POST", ({ app, name }) => `/v1/functions/${app}/${name}/calls`, 202],
  ["status", "GET", (_, id) => `/v1/calls/${id}`, 200],
  ["result", "GET", (_, id) => `/v1/calls/${id}/result?wait=0`, 202],
  ["cancel", "POST", (_, id) => `/v1/calls/${id}/cancel`, 200],
  ["function", "GET", ({ app, name }) => `/v1/functions/${app}/${name}`, 200],
];

describe.each(VERBS)("%s", (verb, method, path, status) => {
  const body = verb === "spawn" ? '{"args":[],"kwargs":{}}' : undefined;
  const ask = (of: FunctionEntry, id: string, headers: Record<string, string>) =>
    gateway.ask(method, path(of, id), { headers, ...(body && { body }) });
  const pending = async (of: FunctionEntry) => (await new GivenCalls(aws, of).pending()).id;

  test("is answered to a token of the function, in each form of sending it", async () => {
    for (const form of Object.values(HEADER_FORMS)) {
      expect((await ask(fn, await pending(fn), form(ofFn))).status).toBe(status);
    }
  });

  test.each([
    ["no token", () => undefined, "missing_credentials"],
    ["a token that nobody made", () => ({ keyId: newKeyId(), secret: newSecret() }), "invalid_credentials"],
    ["a wrong secret", () => ({ ...ofFn, secret: newSecret() }), "invalid_credentials"],
    ["an expired token", () => expired, "invalid_credentials"],
    ["a revoked token", () => revoked, "invalid_credentials"],
  ])("with %s is 401", async (_, pair, code) => {
    const sent: SecretPair | undefined = pair();
    const id = await pending(fn);
    const reply = await ask(fn, id, sent ? HEADER_FORMS.Bearer(sent) : {});
    expect([reply.status, reply.body.error.code]).toEqual([401, code]);
    expect(reply.headers["www-authenticate"]).toBe('Bearer realm="slipway"');
    expect((await aws.table.get(id))!.state).toBe("PENDING");
  });

  test("with a token of another function, or of the endpoint only, is a 403 that names the scope", async () => {
    for (const [of, pair] of [
      [other, ofFn],
      [fn, ofEndpoint],
    ] as const) {
      const id = await pending(of);
      const reply = await ask(of, id, HEADER_FORMS.Bearer(pair));
      expect([reply.status, reply.body.error]).toEqual([
        403,
        { code: "out_of_scope", message: `No scope of the token covers test/acme/${of.name}.` },
      ]);
      expect((await aws.table.get(id))!.state).toBe("PENDING");
    }
  });

  test("does not tell a token that may not whether a call exists, and is not looked up for it", async () => {
    const id = await pending(other);
    aws.dynamodb.seen.length = 0;
    const [there, not] = [
      await ask(other, id, HEADER_FORMS.Bearer(ofFn)),
      await ask(other, newCallId(other.tag), HEADER_FORMS.Bearer(ofFn)),
    ];
    expect([there.status, there.body]).toEqual([not.status, not.body]);
    expect(aws.dynamodb.seen.map(({ body: asked }) => asked).join()).not.toContain("fc-");
  });
});

test.each(VERBS.filter(([verb]) => verb !== "function"))(
  "%s of a function that is not granted is 403, whatever the token",
  async (verb, method, path) => {
    const body = verb === "spawn" ? '{"args":[],"kwargs":{}}' : undefined;
    const replies = [(await new GivenCalls(aws, foreign).pending()).id, newCallId(foreign.tag)].map((id) =>
      gateway.ask(method, path(foreign, id), { pair: all, ...(body && { body }) }),
    );
    for (const { status, body } of await Promise.all(replies)) {
      expect([status, body.error.code]).toEqual([403, "not_granted"]);
      expect(body.error.message).toContain("grantSpawn(<the function>)");
    }
  },
);

test("who may not call a function does not hear whether the endpoint may", async () => {
  for (const target of [other, foreign, { app: "acme", name: "nowhere" }]) {
    const { status, body } = await gateway.spawn(target, ofFn);
    expect([status, body.error.code]).toEqual([403, "out_of_scope"]);
  }
});

test("from spawn to result, by way of the Location that the spawn answers", async () => {
  const spawned = await gateway.spawn(fn, ofFn, [1]);
  const id = spawned.body.call_id;
  expect(spawned.headers.location).toBe(`/_slipway/v1/calls/${id}`);
  expect(spawned.headers).toMatchObject({ "x-slipway-origin": "gateway", "cache-control": "no-store" });
  const waiting = gateway.ask("GET", `/v1/calls/${id}/result?wait=20`, { pair: ofFn });
  await succeedWith(aws, id, '{"rows":1.0}');
  expect((await waiting).body).toEqual({ call_id: id, state: "SUCCESS", result: { rows: 1 } });
});

test("a key makes one call of two, and another payload under it is told apart", async () => {
  const ask = (body: string) =>
    gateway.ask("POST", `/v1/functions/acme/${fn.name}/calls`, {
      pair: ofFn,
      body,
      headers: { "Idempotency-Key": "order-7" },
    });
  const [one, two] = [await ask('{"args":[1],"kwargs":{}}'), await ask('{"args":[1],"kwargs":{}}')];
  expect(two.body.call_id).toBe(one.body.call_id);
  expect((await ask('{"args":[2],"kwargs":{}}')).status).toBe(409);
});

test("a signed URL is for the app's pages: it makes no call", async () => {
  const expiresAt = Math.floor(Date.now() / 1000) + 600;
  const token = signUrlToken(ofFn, { expiresAt, host: `127.0.0.1:${gateway.port}`, pathPrefix: "/" });
  const { id } = await new GivenCalls(aws, fn).pending();
  const { status, body } = await gateway.ask("GET", `/v1/calls/${id}?__slipway_token=${token}`);
  expect([status, body.error.code]).toEqual([401, "invalid_credentials"]);
  expect(body.error.message).toContain("calls take the token itself");
});

test("a token that is revoked opens nothing once what was known of it is old", async () => {
  const short = await PublicGateway.start(aws, [fn], { cacheMs: 50 });
  const pair = await tokenFor("*/*/*");
  expect((await short.spawn(fn, pair)).status).toBe(202);
  await tokens.revoke(pair.keyId);
  await until(async () => (await short.spawn(fn, pair)).status === 401, "it is refused");
});

test("a token's rate is that of all its requests", async () => {
  const { pair } = await tokens.create({ scopes: ["*/*/*"], rateLimit: 1 });
  const { id } = await new GivenCalls(aws, fn).pending();
  const replies = await Promise.all(Array.from({ length: 10 }, () => gateway.ask("GET", `/v1/calls/${id}`, { pair })));
  expect(replies.map(({ status }) => status)).toContain(200);
  const refused = replies.find(({ status }) => status === 429)!;
  expect(refused.body.error.code).toBe("rate_limited");
  expect(refused.headers["retry-after"]).toBe("1");
});

test("the app sees none of it, and is open to everybody all the same", async () => {
  await gateway.spawn(fn, ofFn);
  await gateway.spawn(other, ofFn);
  expect(gateway.app.seen).toBe(0);
  expect((await send(gateway.port, "/")).text).toBe("the app");
  expect(gateway.app.seen).toBe(1);
});

test("whatever else begins with /_slipway stays a 404 that the app does not see", async () => {
  const seen = gateway.app.seen;
  for (const path of [
    "/_slipway",
    "/_slipway/",
    "/_slipway/v1",
    "/_slipway/v2/calls",
    "/%5Fslipway/v1/calls/x",
    "//_slipway/v1/x",
  ]) {
    const { status, text } = await send(gateway.port, path, { headers: HEADER_FORMS.Bearer(all) });
    expect([path, status, JSON.parse(text).error.code]).toEqual([path, 404, "not_found"]);
  }
  const { status, body } = await gateway.ask("GET", "/v1/nothing", { pair: all });
  expect([status, body.error.message]).toEqual([404, "The calls API has no such path; docs/calls.md lists its paths."]);
  expect(gateway.app.seen).toBe(seen);
});

test("where it is not public there is no such path, with a token or without", async () => {
  const closed = await PublicGateway.start(aws, [fn], { isPublic: false });
  for (const headers of [{}, HEADER_FORMS.Bearer(all)]) {
    const { status, body } = await closed.ask("POST", `/v1/functions/acme/${fn.name}/calls`, { headers, body: "{}" });
    expect([status, body.error.code]).toEqual([404, "not_found"]);
  }
  expect(closed.app.seen).toBe(0);
});

describe("in path mode", () => {
  let below: PublicGateway;
  beforeAll(async () => {
    below = await PublicGateway.start(aws, [fn], { web: { stripPrefix: "/acme-web" } });
  });

  test("it is below the endpoint's label, and so is the Location", async () => {
    const spawned = await below.spawn(fn, ofFn);
    expect(spawned.headers.location).toBe(`/acme-web/_slipway/v1/calls/${spawned.body.call_id}`);
    const { status } = await send(below.port, spawned.headers.location!, { headers: HEADER_FORMS.Bearer(ofFn) });
    expect(status).toBe(200);
  });

  test("and nowhere else", async () => {
    const { status, text } = await send(below.port, "/_slipway/v1/calls/x", { headers: HEADER_FORMS.Bearer(ofFn) });
    expect([status, JSON.parse(text).error.code]).toEqual([404, "not_found"]);
  });
});

test("where the app asks for tokens too, the same token opens the one by the endpoint's scope and the other by the function's", async () => {
  const both = await PublicGateway.start(aws, [fn], { web: { auth: { cacheMs: 60_000 } } });
  const app = async (pair: SecretPair) => (await send(both.port, "/", { headers: HEADER_FORMS.Bearer(pair) })).status;
  expect([await app(ofEndpoint), (await both.spawn(fn, ofEndpoint)).status]).toEqual([200, 403]);
  expect([await app(ofFn), (await both.spawn(fn, ofFn)).status]).toEqual([403, 202]);
});

test("the log says what was asked by whom, and nothing that was presented", async () => {
  const logged = await PublicGateway.start(aws, [fn]);
  const { call_id } = (await logged.spawn(fn, ofFn, ["secret words"])).body;
  const refused = await logged.spawn(other, ofFn);
  await logged.ask("GET", `/v1/calls/${call_id}`, {
    headers: { "Slipway-Key": ofFn.keyId, "Slipway-Secret": "hunter2" },
  });
  const [spawn, denied, unknown] = await logged.process.requests(3);
  expect(spawn).toMatchObject({ path: `/_slipway/v1/functions/acme/${fn.name}/calls`, route: "calls/spawn" });
  expect(spawn).toMatchObject({ status: 202, origin: "gateway", queueMs: 0, appMs: 0 });
  expect(denied).toMatchObject({ route: "calls/spawn", status: 403, origin: "gateway", code: "out_of_scope" });
  expect(unknown).toMatchObject({ route: "calls/status", status: 401, origin: "gateway", code: "invalid_credentials" });
  const ofCalls = logged.process.log.filter(({ event }) => event === "calls_request");
  expect(ofCalls).toMatchObject([
    { route: "spawn", call: call_id, target: `acme/${fn.name}`, status: 202, keyId: ofFn.keyId },
    { route: "spawn", target: `acme/${other.name}`, status: 403, code: "out_of_scope", keyId: ofFn.keyId },
  ]);
  expect(ofCalls[1]!.requestId).toBe(refused.headers["x-request-id"]);
  expect(logged.process.log.filter(({ event }) => event === "auth_refused")).toMatchObject([
    { keyId: ofFn.keyId, reason: "out_of_scope", route: `test/acme/${other.name}` },
    { keyId: ofFn.keyId, reason: "malformed", route: "test/acme/web" },
  ]);
  const everything = JSON.stringify(logged.process.log) + logged.process.stderr;
  expect(everything).not.toMatch(/ws-|hunter2|secret words/);
});
