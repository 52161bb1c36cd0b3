import { newKeyId, newSecret, type SecretPair } from "../../../lib/tokens/secret-pair";
import { signUrlToken } from "../../../lib/tokens/signed-url";
import { AuthApp, HEADER_FORMS } from "./auth-app";
import { AuthTable } from "./auth-table";
import { type GatewayProcess, gatewayConfig, spawnGateway, startReadyGateway } from "./gateway-process";
import { type Answer, open, RawClient, send, stopEverything, until } from "./loopback";

let table: AuthTable;
let app: AuthApp;
const running: GatewayProcess[] = [];

beforeAll(async () => {
  table = await AuthTable.start();
  app = await AuthApp.start();
});

afterEach(async () => {
  table.clear();
  app.reached.length = 0;
  for (const gateway of running.splice(0)) {
    gateway.kill("SIGKILL");
    await gateway.exited;
  }
});

afterAll(stopEverything);

async function start(cacheMs = 60_000, timers = {}): Promise<GatewayProcess> {
  const gateway = await startReadyGateway(app, { web: { auth: { cacheMs }, timers }, ...table.config });
  running.push(gateway);
  return gateway;
}

const create = async () => (await table.store.create({ scopes: ["test/acme/web"] })).pair;
const ask = (gateway: GatewayProcess, pair: SecretPair): Promise<Answer> =>
  send(gateway.port, "/", { headers: HEADER_FORMS["Slipway-Key"](pair) });
const status = async (gateway: GatewayProcess, pair: SecretPair) => (await ask(gateway, pair)).status;
const codeOf = ({ text }: Answer) => JSON.parse(text).error.code;

/** Something that waits until it is told to go on. */
function barrier() {
  let release!: () => void;
  const hold = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { hold, release };
}

test("a token works as soon as it was made, and is asked for once in its time", async () => {
  const gateway = await start();
  const pair = await create();
  for (let i = 0; i < 20; i++) expect(await status(gateway, pair)).toBe(200);
  expect(table.readsOf(pair.keyId)).toBe(1);
});

test("no request that begins later than the cache's time after a revocation is let in", async () => {
  const cacheMs = 1000;
  const gateway = await start(cacheMs);
  const pair = await create();
  expect(await status(gateway, pair)).toBe(200);
  await table.store.revoke(pair.keyId);
  const latest = performance.now() + cacheMs;
  let lastLetIn = 0;
  for (let began = performance.now(); ; began = performance.now()) {
    if ((await status(gateway, pair)) === 401) break;
    lastLetIn = began;
  }
  expect(lastLetIn).toBeLessThan(latest);
});

test("a token that was deleted from the table is refused as one that never was", async () => {
  const gateway = await start(200);
  const pair = await create();
  expect(await status(gateway, pair)).toBe(200);
  await table.delete(pair.keyId);
  await until(async () => (await status(gateway, pair)) === 401, "it is refused");
});

test("a busy token is asked for anew beside its requests: none of them waits for the table", async () => {
  const gateway = await start(2000);
  const pair = await create();
  expect(await status(gateway, pair)).toBe(200);
  const { hold, release } = barrier();
  table.hold = hold;
  const statuses = new Set<number>();
  await until(async () => {
    statuses.add(await status(gateway, pair));
    return table.readsOf(pair.keyId) === 2;
  }, "the table is asked again");
  expect([...statuses]).toEqual([200]);
  release();
});

test("requests for one id that come at once share one read", async () => {
  const gateway = await start();
  const pair = await create();
  const { hold, release } = barrier();
  table.hold = hold;
  const answers = Array.from({ length: 50 }, () => status(gateway, pair));
  await until(() => table.readsOf(pair.keyId) > 0, "the table is asked");
  await until(async () => (await gateway.metric("slipway_in_flight")) === 0, "none is at the app");
  release();
  expect(new Set(await Promise.all(answers))).toEqual(new Set([200]));
  expect(table.readsOf(pair.keyId)).toBe(1);
});

test("a rotation under a stream of requests fails none, of the old secret nor of the new one", async () => {
  const gateway = await start();
  const old = await create();
  let current = old;
  let stop = false;
  const statuses: number[] = [];
  const stream = async (pair: () => SecretPair) => {
    while (!stop) statuses.push(await status(gateway, pair()));
  };
  const streams = Array.from({ length: 8 }, (_, i) => stream(i % 2 === 0 ? () => old : () => current));
  const more = (count: number) => {
    const enough = statuses.length + count;
    return until(() => statuses.length >= enough, `${count} more requests are answered`);
  };
  await more(100);
  current = (await table.store.rotate(old.keyId, 600)).pair;
  await more(300);
  stop = true;
  await Promise.all(streams);
  expect(new Set(statuses)).toEqual(new Set([200]));

  const host = `127.0.0.1:${gateway.port}`;
  for (const pair of [old, current]) {
    const token = signUrlToken(pair, { host, pathPrefix: "/", expiresAt: Math.floor(Date.now() / 1000) + 60 });
    expect((await send(gateway.port, `/?__slipway_token=${token}`)).status).toBe(200);
  }
  expect(table.mostAtOnce).toBe(1);
});

test("after its grace period the old secret is refused, the new one not", async () => {
  const gateway = await start(200);
  const old = await create();
  expect(await status(gateway, old)).toBe(200);
  const { pair } = await table.store.rotate(old.keyId, 2);
  expect([await status(gateway, old), await status(gateway, pair)]).toEqual([200, 200]);
  await until(async () => (await status(gateway, old)) === 401, "the old secret is refused");
  expect(await status(gateway, pair)).toBe(200);
});

test("a wrong secret is looked up once, and a flood of them is bounded and disturbs nobody", async () => {
  const gateway = await start();
  const pair = await create();
  expect(await status(gateway, pair)).toBe(200);
  const wrong = { ...pair, secret: newSecret() };
  for (let i = 0; i < 10; i++) expect(await status(gateway, wrong)).toBe(401);
  expect(table.readsOf(pair.keyId)).toBe(2);

  const began = performance.now();
  const flood = Array.from({ length: 300 }, () => status(gateway, { ...pair, secret: newSecret() }));
  const good = Array.from({ length: 20 }, () => status(gateway, pair));
  expect(new Set(await Promise.all(good))).toEqual(new Set([200]));
  expect(new Set(await Promise.all(flood))).not.toContain(200);
  const seconds = (performance.now() - began) / 1000;
  expect(table.readsOf(pair.keyId)).toBeLessThanOrEqual(2 + 20 * (1 + seconds));
  expect(table.mostAtOnce).toBe(1);
});

test("an unknown id is looked up once, and while a flood of them waits for the table known tokens go on", async () => {
  const gateway = await start();
  const pair = await create();
  expect(await status(gateway, pair)).toBe(200);
  const unknown = { keyId: newKeyId(), secret: newSecret() };
  for (let i = 0; i < 10; i++) expect(await status(gateway, unknown)).toBe(401);
  expect(table.readsOf(unknown.keyId)).toBe(1);

  const { hold, release } = barrier();
  table.hold = hold;
  const flood = Array.from({ length: 150 }, () => status(gateway, { keyId: newKeyId(), secret: newSecret() }));
  await until(() => table.reads.length > 10, "the table is asked");
  for (let i = 0; i < 10; i++) expect(await status(gateway, pair)).toBe(200);
  release();
  const statuses = new Set(await Promise.all(flood));
  expect([...statuses].filter((one) => one !== 401 && one !== 503)).toEqual([]);
  expect(app.reached).toHaveLength(11);
});

test("without the table known tokens go on until the cache's time is over; then it is 503, until the table is back", async () => {
  const cacheMs = 3000;
  const gateway = await start(cacheMs);
  const pair = await create();
  const other = await create();
  expect(await status(gateway, pair)).toBe(200);
  table.weather = "failing";
  const latest = performance.now() + cacheMs;
  const cold = await ask(gateway, other);
  expect([cold.status, codeOf(cold), cold.headers["retry-after"]]).toEqual([503, "auth_unavailable", "1"]);
  expect(await status(gateway, pair)).toBe(200);

  let answer: Answer;
  let began = 0;
  let lastLetIn = 0;
  for (;;) {
    began = performance.now();
    answer = await ask(gateway, pair);
    if (answer.status !== 200) break;
    lastLetIn = began;
  }
  expect(lastLetIn).toBeLessThan(latest);
  expect([answer.status, codeOf(answer), answer.headers["retry-after"]]).toEqual([503, "auth_unavailable", "1"]);
  expect(await gateway.logged("auth_table_unreachable")).toMatchObject({ level: "error", message: expect.any(String) });

  table.weather = "clear";
  await until(async () => (await status(gateway, pair)) === 200, "it is let in again");
  await gateway.logged("auth_table_reachable");
});

test("a table that never answers holds up nobody who is known, and the others not for ever", async () => {
  const gateway = await start();
  const pair = await create();
  expect(await status(gateway, pair)).toBe(200);
  table.weather = "silent";
  const cold = ask(gateway, await create());
  await until(() => table.reads.length > 2, "the table is asked");
  expect(await status(gateway, pair)).toBe(200);
  expect((await cold).status).toBe(503);
});

test("an item that is no token lets nobody in, and is named in the log", async () => {
  const gateway = await start();
  const pair = await create();
  await table.put({ keyId: { S: pair.keyId }, sha256: { S: "x" } });
  expect(await status(gateway, pair)).toBe(401);
  expect(await gateway.logged("auth_item_unreadable")).toMatchObject({ keyId: pair.keyId });
});

test("a client that leaves while its token is looked up is not forwarded", async () => {
  const gateway = await start();
  const pair = await create();
  const { hold, release } = barrier();
  table.hold = hold;
  const outgoing = open(gateway.port, "/left", { headers: HEADER_FORMS.Bearer(pair) });
  outgoing.end();
  await until(() => table.readsOf(pair.keyId) > 0, "the table is asked");
  const webSocket = await RawClient.connect(gateway.port);
  webSocket.write(
    "GET /left HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n" +
      `Authorization: Bearer ${pair.keyId}.${pair.secret}\r\n\r\n`,
  );
  outgoing.destroy();
  webSocket.socket.end();
  const lines = await gateway.requests(2);
  expect(lines.map((line) => line.status)).toEqual([499, 499]);
  release();
  expect(await status(gateway, pair)).toBe(200);
  expect(app.reached.map(({ url }) => url)).toEqual(["/"]);
});

test("a WebSocket's first bytes that come while its token is looked up reach the app", async () => {
  const gateway = await start();
  const pair = await create();
  const { hold, release } = barrier();
  table.hold = hold;
  const client = await RawClient.connect(gateway.port);
  client.write(
    "GET /early HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n" +
      `Modal-Key: ${pair.keyId}\r\nModal-Secret: ${pair.secret}\r\n\r\n`,
  );
  await until(() => table.readsOf(pair.keyId) > 0, "the table is asked");
  client.write("early bytes");
  release();
  await client.receives("101 Switching");
  await until(() => app.tunnelled.includes("early bytes"), "the bytes arrive");
});

test("the whole request's time runs while its token is looked up", async () => {
  const gateway = await start(60_000, { totalMs: 300 });
  const pair = await create();
  const { hold, release } = barrier();
  table.hold = hold;
  const answer = await ask(gateway, pair);
  expect([answer.status, codeOf(answer)]).toEqual([504, "total_timeout"]);
  release();
  await until(async () => (await status(gateway, pair)) === 200, "the token is known");
  expect(app.reached).toHaveLength(1);
});

test("a token's rate is its own, in each gateway; what is beyond it gets 429 and never reaches the app", async () => {
  const gateway = await start();
  const other = await create();
  const { pair } = await table.store.create({ scopes: ["*/*/*"], rateLimit: 5 });
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 40 }, () => ask(gateway, pair)));
  const seconds = (performance.now() - began) / 1000;
  const letIn = answers.filter((answer) => answer.status === 200);
  expect(letIn.length).toBeGreaterThanOrEqual(5);
  expect(letIn.length).toBeLessThanOrEqual(5 * (1 + seconds));
  expect(app.reached).toHaveLength(letIn.length);
  for (const answer of answers.filter((one) => one.status !== 200)) {
    expect([answer.status, codeOf(answer), answer.headers["retry-after"]]).toEqual([429, "rate_limited", "1"]);
  }
  expect(await status(gateway, other)).toBe(200);
  await until(async () => (await status(gateway, pair)) === 200, "the token has a rate again");
});

test("a body of 8 MiB that is refused does not keep its sender from hearing why", async () => {
  const gateway = await start();
  const client = await RawClient.connect(gateway.port);
  // As many clients do it: nothing is read before all is sent.
  client.socket.pause();
  client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8388608\r\n\r\n");
  await new Promise((resolve) => client.socket.write(Buffer.alloc(8_388_608), resolve));
  client.socket.resume();
  expect(await client.closes()).toContain('"code":"missing_credentials"');
  expect([app.reached.length, app.bodyBytes]).toEqual([0, 0]);
});

test("a client that never ends its refused body is let go", async () => {
  const gateway = await start();
  const client = await RawClient.connect(gateway.port);
  client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
  await client.receives('"code":"missing_credentials"');
  await client.closes(15_000);
});

test("an endpoint without auth has no opinion on tokens: they pass to the app", async () => {
  const gateway = await startReadyGateway(app, { web: { auth: null } });
  const pair = await create();
  expect((await send(gateway.port, "/?__slipway_token=x", { headers: HEADER_FORMS.Bearer(pair) })).status).toBe(200);
  expect(app.reached[0]!.url).toBe("/?__slipway_token=x");
  expect(app.reached[0]!.headers).toContain(`Bearer ${pair.keyId}.${pair.secret}`);
});

test("a gateway that is to ask for tokens and has no table does not start", async () => {
  const gateway = spawnGateway(await gatewayConfig(app.port, { web: { auth: { cacheMs: 1 } } }));
  expect(await gateway.exited).toMatchObject({ code: 78 });
  expect(gateway.stderr).toContain("tokens: web.auth needs the table to look tokens up in");
});
