import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { addTokens } from "../../../lib/cli/tokens-program";
import { tokensTableName } from "../../../lib/cli/tokens-table-name";
import { AuthApp } from "../gateway/auth-app";
import { AuthTable, TABLE } from "../gateway/auth-table";
import { type GatewayProcess, startReadyGateway } from "../gateway/gateway-process";
import { onStop, send, stopEverything } from "../gateway/loopback";
import { CliProcess, endAll } from "../local/cli-process";

let table: AuthTable;
let gateway: GatewayProcess;

beforeAll(async () => {
  table = await AuthTable.start();
  const app = await AuthApp.start();
  gateway = await startReadyGateway(app, { web: { auth: { cacheMs: 50 } }, ...table.config });
});

afterAll(async () => {
  await endAll();
  await stopEverything();
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `slipway tokens …` to its end. */
async function tokens(
  args: readonly string[],
  env: NodeJS.ProcessEnv = { SLIPWAY_TOKENS_TABLE: TABLE },
): Promise<Ended> {
  const cli = new CliProcess(["tokens", ...args], env);
  const code = await cli.exited;
  return { code, stdout: cli.stdout.join("\n"), stderr: cli.stderr.join("\n") };
}

async function made(...args: string[]): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await tokens([...args, "--json"]);
  expect([code, stderr]).toEqual([0, ""]);
  return JSON.parse(stdout);
}

const listed = async () => JSON.parse((await tokens(["list", "--json"])).stdout);
const ask = async (headers: Record<string, string>, path = "/") => (await send(gateway.port, path, { headers })).status;

/** Asks until a change has come through the gateway's cache. */
async function settles(headers: Record<string, string>, status: number): Promise<void> {
  while ((await ask(headers)) !== status);
}

test("a token that create prints opens the endpoint, until it is revoked", async () => {
  const headers = await made(
    "create",
    "--scope",
    "test/acme/*",
    "--expires",
    "1d",
    "--note",
    "by hand",
    "--rate-limit",
    "50",
  );
  const { "Slipway-Key": keyId, "Slipway-Secret": secret, Authorization } = headers as Record<string, string>;
  expect(Object.keys(headers)).toEqual(["Slipway-Key", "Slipway-Secret", "Authorization"]);
  expect(Authorization).toBe(`Bearer ${keyId}.${secret}`);
  expect(await ask({ Authorization: Authorization! })).toBe(200);

  const [row] = await listed();
  expect(row).toMatchObject({ keyId, state: "active", scopes: ["test/acme/*"], note: "by hand", rateLimit: 50 });
  expect(Date.parse(row.expiresAt) - Date.parse(row.createdAt)).toBe(86_400_000);

  const { stdout } = await tokens(["revoke", keyId!]);
  expect(stdout).toContain("is revoked");
  await settles({ Authorization: Authorization! }, 401);
  expect((await listed())[0]).toMatchObject({ keyId, state: "revoked" });
});

test("rotate keeps the key id and gives another secret; without grace the one before ends", async () => {
  const first = await made("create", "--scope", "test/acme/web");
  const keyId = first["Slipway-Key"]!;
  const second = await made("rotate", keyId, "--grace", "10m");
  expect(second["Slipway-Key"]).toBe(keyId);
  expect([await ask(first), await ask(second)]).toEqual([200, 200]);
  expect((await listed()).find((row: { keyId: string }) => row.keyId === keyId).previousSecretUntil).not.toBeNull();

  const third = await made("rotate", keyId, "--grace", "0s");
  expect(await ask(third)).toBe(200);
  await settles(first, 401);
  await settles(second, 401);
});

test("sign makes a URL that opens the endpoint, without asking anybody", async () => {
  const { Authorization } = await made("create", "--scope", "*/*/*");
  const SLIPWAY_TOKEN = Authorization!.slice("Bearer ".length);
  const nobody = { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9", SLIPWAY_TOKENS_TABLE: "" };
  const url = `http://127.0.0.1:${gateway.port}/a%20b?x=1#top`;
  const { stdout, stderr, code } = await tokens(["sign", url, "--expires", "1m"], { SLIPWAY_TOKEN, ...nobody });
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    new RegExp(`^http://127\\.0\\.0\\.1:${gateway.port}/a%20b\\?x=1&__slipway_token=wk-[\\w.-]+#top$`),
  );
  const path = stdout.slice(new URL(stdout).origin.length).split("#")[0]!;
  expect(await ask({}, path)).toBe(200);
  expect(await ask({}, path.replace("a%20b", "other"))).toBe(403);
});

test("people get a sentence, the headers, and a table without secrets", async () => {
  const { stdout } = await tokens(["create", "--scope", "test/acme/web", "--note", "a\u001b[31mb"]);
  const secret = /ws-[0-9A-Za-z]{43}/.exec(stdout)![0];
  const keyId = /wk-[0-9A-Za-z]{22}/.exec(stdout)![0];
  expect(stdout).toContain(`Token ${keyId} for test/acme/web.`);
  expect(stdout).toContain(
    `  Slipway-Key:    ${keyId}\n  Slipway-Secret: ${secret}\n  Authorization:  Bearer ${keyId}.${secret}\n`,
  );

  const list = await tokens(["list"]);
  expect(list.stdout).toMatch(/^KEY ID +STATE +SCOPES +CREATED +EXPIRES +RATE +NOTE$/m);
  expect(list.stdout).toContain(`${keyId}  active`);
  expect(list.stdout).not.toMatch(/ws-|\u001b/);
  expect(JSON.stringify(await listed())).not.toMatch(/sha256|publicKey|ws-/);
});

test.each<[what: string, args: string[], message: string, env?: NodeJS.ProcessEnv]>([
  ["a scope of two parts", ["create", "--scope", "prod/shop"], "A scope has three parts"],
  ["no scope", ["create"], "required option '--scope"],
  ["a duration without a unit", ["create", "--scope", "*/*/*", "--expires", "90"], "such as 90d"],
  ["a rate of nothing", ["create", "--scope", "*/*/*", "--rate-limit", "0"], "1 to 100000"],
  ["what is no key id", ["revoke", "ws-secret"], 'A key id is "wk-"'],
  ["a key id that nobody has", ["revoke", "wk-0123456789abcdefABCDEF"], "has no token wk-0123456789abcdefABCDEF"],
  ["a key id that nobody has", ["rotate", "wk-0123456789abcdefABCDEF"], "has no token wk-0123456789abcdefABCDEF"],
  ["another table", ["list", "--table", "other"], "There is no table other in eu-west-1."],
  ["no table", ["list"], "There is no telling which tokens table is meant.", { SLIPWAY_TOKENS_TABLE: "" }],
  [
    "a table that is away",
    ["list"],
    "could not be asked",
    { AWS_ENDPOINT_URL_DYNAMODB: "http://127.0.0.1:9", SLIPWAY_TOKENS_TABLE: "x", AWS_MAX_ATTEMPTS: "1" },
  ],
  ["no token to sign with", ["sign", "https://a.example/"], "SLIPWAY_TOKEN holds no token", { SLIPWAY_TOKEN: "" }],
  [
    "a URL that is none",
    ["sign", "a.example"],
    "is no URL",
    { SLIPWAY_TOKEN: `wk-${"a".repeat(22)}.ws-${"b".repeat(43)}` },
  ],
  [
    "more than an hour",
    ["sign", "https://a.example/", "--expires", "2h"],
    "at most 1h",
    { SLIPWAY_TOKEN: `wk-${"a".repeat(22)}.ws-${"b".repeat(43)}` },
  ],
])("an error is a sentence and status 1, without a stack: %s", async (_, args, message, ...[env]) => {
  const { code, stdout, stderr } = await tokens(args, env);
  expect(stderr).toContain(message);
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).not.toMatch(/^\s+at /m);
});

test("a revoked token is not rotated", async () => {
  const { "Slipway-Key": keyId } = await made("create", "--scope", "*/*/*");
  await tokens(["revoke", keyId!]);
  expect((await tokens(["rotate", keyId!])).stderr).toContain(`The token ${keyId} is revoked.`);
});

test("the table is that of the app's last synth, unless it has several", () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-tokens-"));
  onStop(() => rmSync(folder, { recursive: true }));
  const write = (stack: string, tokensTable?: string) => {
    mkdirSync(join(folder, "cdktf.out/stacks", stack), { recursive: true });
    writeFileSync(
      join(folder, "cdktf.out/stacks", stack, "slipway.json"),
      JSON.stringify({ platform: { tokensTable } }),
    );
  };
  expect(() => tokensTableName(undefined, folder)).toThrow("no telling");
  write("one", "table-1");
  write("two", "table-1");
  write("three");
  expect(tokensTableName(undefined, folder)).toBe("table-1");
  expect(tokensTableName("named", folder)).toBe("named");
  write("four", "table-4");
  expect(() => tokensTableName(undefined, folder)).toThrow("more than one tokens table: table-4, table-1");
});

test("every example in the help is a line that the command takes", () => {
  const program = new Command();
  addTokens(program);
  const group = program.commands[0]!;
  for (const command of group.commands) {
    let help = "";
    command.configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
    command.outputHelp();
    const lines = [...help.matchAll(/^ {2}\$ slipway tokens \w+ ?(.*)$/gm)].map(([, line]) =>
      line!.replaceAll("'", ""),
    );
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const { unknown } = command.exitOverride().parseOptions(line.split(" ").filter(Boolean));
      expect(unknown).toEqual([]);
    }
  }
});
