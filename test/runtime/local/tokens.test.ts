import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { WebSocket } from "undici";
import { type ServedDefinitions, serveDefinitions } from "../../../lib/local/serve-definitions";
import { CliProcess, endAll } from "./cli-process";
import { containers, serverProgram, TOKENS_TABLE } from "./definitions";
import { freePort } from "./free-port";
import { send } from "./http";
import { deploys, manifest, type ProjectFunction, project, removeFolders, temporaryFolder } from "./project";
import { quickPython, serves } from "./quick-python";

const ROOT = join(__dirname, "../../..");

let served: ServedDefinitions | undefined;
beforeEach(() => {
  process.env.SLIPWAY_PYTHON = quickPython();
});
afterEach(async () => {
  await served?.stop();
  served = undefined;
  await endAll();
  removeFolders();
});

/** Says which headers it got, and greets WebSockets. */
const SERVER = `
const { createHash } = require("node:crypto");
const server = require("node:http").createServer((request, response) => response.end(JSON.stringify(request.headers)));
server.on("upgrade", (request, socket) => {
  const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
  socket.end(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from("hello")]));
});
server.listen(process.env.PORT, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;

const OPEN: ProjectFunction = { name: "open", source: "api", command: serves("server") };
const CLOSED: ProjectFunction = { name: "closed", source: "api", command: serves("server"), requiresToken: true };

type Headers = Readonly<Record<string, string>>;

const statusOf = async (port: number, headers: Headers = {}, host = "acme-closed-dev.localhost") =>
  (await send({ port, host, headers })).status;

/** The token of a command that was printed. */
function tokenIn(command: string): Headers {
  const [, key, secret] = /-H "Slipway-Key: (wk-\w+)" -H "Slipway-Secret: (ws-\w+)"/.exec(command)!;
  return { "slipway-key": key!, "slipway-secret": secret! };
}

/** What a WebSocket is told first, or that it was not opened. */
async function greeting(port: number, headers: Headers = {}): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/acme-closed/`, { headers });
  const told = once(socket, "message").then(([event]) => event.data);
  return Promise.race([told, once(socket, "error").then(() => "not opened")]);
}

async function dev(...functions: ProjectFunction[]) {
  const folder = project({ "api/server": SERVER });
  deploys(folder, manifest(folder, functions));
  const port = await freePort();
  return { folder, port, cli: new CliProcess(["dev", folder, "--port", String(port)]) };
}

describe("slipway dev", () => {
  test("opens an endpoint that requires a token to the one that it prints, for requests and WebSockets", async () => {
    const { port, cli } = await dev(CLOSED, OPEN);
    const line = await cli.line(/^ {2}Try it: {2}curl http:\/\/acme-closed-dev\.localhost:\d+\/ -H/);
    await cli.line(/^ {2}acme\/closed .*\/ {2}needs a token$/);
    const token = tokenIn(line);

    expect(await statusOf(port)).toBe(401);
    expect(await statusOf(port, { ...token, "slipway-secret": `ws-${"0".repeat(43)}` })).toBe(401);
    expect(await statusOf(port, token)).toBe(200);
    expect(await statusOf(port, {}, "acme-open-dev.localhost")).toBe(200);
    expect(await greeting(port)).toBe("not opened");
    expect(await greeting(port, token)).toBe("hello");

    // As on AWS: the app does not see it. And nobody else here either.
    const { text } = await send({ port, host: "acme-closed-dev.localhost", headers: token });
    const { text: list } = await send({ port, headers: { accept: "text/html" } });
    for (const shown of [text, list]) expect(shown).not.toContain(token["slipway-secret"]);
    expect(cli.stdout.filter((one) => one.includes(token["slipway-secret"]!))).toEqual([line]);
  });

  test("prints the token beside the request to try where the first endpoint is open", async () => {
    const { port, cli } = await dev(OPEN, CLOSED);
    const line = await cli.line(/^ {2}Token: {3}curl /);
    await cli.line(/^ {2}Try it: {2}curl http:\/\/acme-open-dev\.localhost:\d+\/$/);
    expect(await statusOf(port, tokenIn(line))).toBe(200);
  });

  test("prints no token where nothing requires one, and does when an edit does", async () => {
    const { folder, port, cli } = await dev(OPEN, { ...CLOSED, requiresToken: false });
    await cli.line(/Ctrl-C/);
    expect(cli.stdout.join("\n")).not.toMatch(/Token|wk-/);
    expect(await statusOf(port)).toBe(200);

    deploys(folder, manifest(folder, [OPEN, CLOSED]));
    const line = await cli.line(/^ {2}Token: {3}curl /);
    expect([await statusOf(port), await statusOf(port, tokenIn(line))]).toEqual([401, 200]);
  });

  test("--json has the token in the event that tells that it is ready", async () => {
    const folder = project({ "api/server": SERVER });
    deploys(folder, manifest(folder, [CLOSED]));
    const port = await freePort();
    const cli = new CliProcess(["dev", folder, "--port", String(port), "--json"]);
    const { token, endpoints } = JSON.parse(await cli.line(/"type":"ready"/));
    expect(endpoints).toMatchObject([{ target: "acme/closed", requiresToken: true }]);
    expect(await statusOf(port, { authorization: `Bearer ${token.keyId}.${token.secret}` })).toBe(200);
  });

  test("runs a stack of constructs, with requiresProxyAuth on one of them", async () => {
    const serverPort = await freePort();
    const folder = temporaryFolder({
      "cdktf.json": JSON.stringify({ language: "typescript", app: "npx tsx main.ts" }),
      "server.js": serverProgram("request.headers"),
      "main.ts": `
        import { AwsProvider } from "@cdktf/provider-aws/lib/provider";
        import { App, TerraformStack } from "cdktf";
        import { Platform, WebServer } from "slipway";
        const app = new App();
        const stack = new TerraformStack(app, "acme");
        new AwsProvider(stack, "aws", { region: "eu-west-1" });
        const image = "registry.acme.com/image:1";
        const platform = new Platform(stack, "platform", { workspace: "acme", gatewayImage: image, allowInsecure: true });
        const command = ["node", "server.js"];
        new WebServer(stack, "closed", {
          platform, app: "acme", command, port: ${serverPort}, source: __dirname, image, requiresProxyAuth: true,
        });
        app.synth();`,
    });
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    const port = await freePort();
    const sources = { TSX_TSCONFIG_PATH: join(ROOT, "tsconfig.check.json") };
    const cli = new CliProcess(["dev", folder, "--port", String(port)], sources);
    const line = await cli.line(/^ {2}Try it: {2}curl -i /, 60_000);
    expect([await statusOf(port), await statusOf(port, tokenIn(line))]).toEqual([401, 200]);
  }, 90_000);
});

test("definitions that were read back are opened by the session's token, whatever their table is called", async () => {
  const source = temporaryFolder({ "server.js": SERVER });
  const definition = (name: string, table: string) => {
    const [app, gateway] = containers({ name, command: serves("server.js"), requiresToken: true });
    const [config] = gateway!.environment;
    const environment = [{ ...config!, value: config!.value.replace(TOKENS_TABLE, table) }];
    return { target: `acme/${name}`, containers: [app!, { ...gateway!, environment }], source };
  };
  const rule = (name: string, priority: number) => ({
    priority,
    hosts: [`${name}.example.com`],
    paths: [],
    target: `acme/${name}`,
  });
  served = await serveDefinitions({
    definitions: [definition("one", "tokens-of-one"), definition("two", "tokens-of-two")],
    rules: [rule("one", 1), rule("two", 2)],
    python: async () => ({ python: quickPython(), env: {} }),
  });
  const { keyId, secret } = served.token!;
  const token = { "slipway-key": keyId, "slipway-secret": secret };
  for (const host of ["one.example.com", "two.example.com"]) {
    expect([await statusOf(served.port, {}, host), await statusOf(served.port, token, host)]).toEqual([401, 200]);
  }
});
