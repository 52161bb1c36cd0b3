import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { newSecret, type SecretPair } from "../../../lib/tokens/secret-pair";
import type { TokenStore } from "../../../lib/tokens/token-store";
import { AwsStandIns } from "../calls/aws-stand-ins";
import { PublicGateway, startTokens } from "../calls/public-gateway";
import { startPythonWorker } from "../calls/worker-python";
import { stopEverything } from "../gateway/loopback";
import { python } from "./calls-api";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses } from "./slipway-process";

const WORK = `
import asyncio
async def handler(what, times=1):
    if what == "sleep": await asyncio.sleep(3600)
    if what == "fail": raise ValueError("no weights")
    return what * times
`;

let aws: AwsStandIns;
let tokens: TokenStore;
let good: SecretPair;
let elsewhere: SecretPair;
const gateways: Record<string, PublicGateway> = {};

beforeAll(testPython, PYTHON_SETUP_MS);
beforeAll(async () => {
  aws = await AwsStandIns.start();
  tokens = await startTokens(aws);
  const fn = await aws.addFunction({ name: "work" });
  const foreign = await aws.addFunction({ name: "foreign" });
  good = (await tokens.create({ scopes: ["test/acme/work"] })).pair;
  elsewhere = (await tokens.create({ scopes: ["test/acme/foreign"] })).pair;
  gateways["a domain"] = await PublicGateway.start(aws, [fn]);
  gateways["path mode"] = await PublicGateway.start(aws, [fn], { web: { stripPrefix: "/acme-web" } });
  gateways.closed = await PublicGateway.start(aws, [fn, foreign], { isPublic: false });
  await startPythonWorker(aws, fn, WORK);
}, 60_000);
afterAll(async () => {
  await removeProcesses();
  await stopEverything();
});

const environment = (gateway: PublicGateway, { keyId, secret }: SecretPair = good) => ({
  SLIPWAY_CALLS_URL: "",
  SLIPWAY_URL: gateway.url,
  SLIPWAY_TOKEN: `${keyId}.${secret}`,
});

/** With the verbs that block, and with those that do not. */
const VERBS = {
  blocking: "def do(verb, *args, **kwargs): return verb(*args, **kwargs)\n",
  "with await": "def do(verb, *args, **kwargs): return asyncio.run(verb.aio(*args, **kwargs))\n",
};
const WORK_REF = 'work = Function.from_name("acme", "work")\n';

describe.each(Object.entries(VERBS))("%s, from outside", (_, prelude) => {
  const run = (code: string, at: string, pair?: SecretPair) =>
    python(prelude + WORK_REF + code, environment(gateways[at]!, pair));

  test.each(["a domain", "path mode"])(
    "calls are spawned, waited for, seen and cancelled: %s",
    async (at) => {
      const code = `
call = do(work.spawn, "ab", times=2)
say(do(FunctionCall.from_id(call.object_id).get, timeout=15))
say(do(call.status))
say(do(work.remote, [1]))
say(caught(do, work.remote, "fail"))
asleep = do(work.spawn, "sleep")
say(caught(do, asleep.get, timeout=0)[0])
do(asleep.cancel)
say(caught(do, asleep.get, timeout=15)[0])
key = do(work.spawn, "x", idempotency_key="${at} ${prelude.length}").object_id
say(key == do(work.spawn, "x", idempotency_key="${at} ${prelude.length}").object_id)
`;
      expect(await run(code, at)).toEqual([
        "abab",
        "SUCCESS",
        [1],
        ["ValueError", "no weights"],
        "TimeoutError",
        "CallCancelledError",
        true,
      ]);
    },
    40_000,
  );

  test("arguments and a result of 2 MiB pass", async () => {
    const code = `
large = "xyz" * (2 * 1024 * 1024 // 3 + 1)
say(do(work.remote, large) == large)
`;
    expect(await run(code, "path mode")).toEqual([true]);
  });

  test("a wrong token is an UnauthorizedError, at once and also after 2 MiB of arguments", async () => {
    const code = `
say(caught(do, work.spawn, 1)[0])
say(caught(do, work.spawn, "x" * 2 * 1024 * 1024)[0])
say(caught(do, FunctionCall.from_id("fc-${"0".repeat(40)}").cancel)[0])
`;
    const wrong = { ...good, secret: newSecret() };
    expect(await run(code, "a domain", wrong)).toEqual(Array(3).fill("UnauthorizedError"));
  });

  test("a token without the function's scope is an UnauthorizedError that names it", async () => {
    expect(await run("say(caught(do, work.spawn, 1))", "a domain", elsewhere)).toEqual([
      ["UnauthorizedError", "No scope of the token covers test/acme/work."],
    ]);
  });

  test("a function that is not granted to the endpoint is a NotGrantedError that names the grant", async () => {
    const code = 'say(caught(do, Function.from_name("acme", "foreign").spawn))';
    expect(await run(code, "a domain", elsewhere)).toEqual([
      ["NotGrantedError", expect.stringContaining("may not call acme/foreign: give it the grant with grantSpawn(")],
    ]);
  });

  test("an endpoint without publicCalls is told with the prop", async () => {
    expect(await run("say(caught(do, work.spawn, 1))", "closed")).toEqual([
      ["NotFoundError", expect.stringContaining("an endpoint with publicCalls: true")],
    ]);
  });
});

test("the commands of docs/calls.md make calls, by curl and by Python", async () => {
  const page = readFileSync(join(__dirname, "../../../docs/calls.md"), "utf8");
  const [, block] = /## From outside AWS[\s\S]*?```sh\n([\s\S]*?)```/.exec(page)!;
  const [setting, ...commands] = block!.trim().split("\n");
  expect(setting).toMatch(/^export SLIPWAY_URL=https:\S+ SLIPWAY_TOKEN=wk-\S+ /);
  const script = commands
    .join("\n")
    .replace("photos/resize", "acme/work")
    .replace('"photos", "resize"', '"acme", "work"');
  const { python: interpreter, env } = await testPython();
  const path = `${dirname(interpreter)}:${process.env.PATH}`;
  const { stdout } = await promisify(execFile)("sh", ["-ec", script], {
    env: { ...process.env, ...env, ...environment(gateways["path mode"]!), PATH: path },
  });
  expect(stdout).toMatch(/^\{"call_id":"fc-[0-9a-f]{40}","state":"PENDING"\}a\.png\n$/);
});
