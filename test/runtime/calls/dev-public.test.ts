import { CliProcess, endAll } from "../local/cli-process";
import { freePort } from "../local/free-port";
import { send } from "../local/http";
import { deploys, project, removeFolders } from "../local/project";
import { quickPython } from "../local/quick-python";
import { python } from "../python/calls-api";
import { PYTHON_SETUP_MS, testPython } from "../python/python-fixture";
import { removeProcesses } from "../python/slipway-process";
import { CALLS_PROXY, executorProgram, manifestWithFunctions, withPublicCalls } from "./dev-manifest";

beforeAll(testPython, PYTHON_SETUP_MS);
afterEach(async () => {
  await removeProcesses();
  await endAll();
  removeFolders();
});

async function dev(...args: string[]) {
  const folder = project({ "api/server": CALLS_PROXY, "work/executor": executorProgram("first") });
  deploys(folder, withPublicCalls(manifestWithFunctions(folder, ["work"])));
  const port = await freePort();
  return {
    port,
    cli: new CliProcess(["dev", folder, "--port", String(port), ...args], { SLIPWAY_PYTHON: quickPython() }),
  };
}

test("slipway dev prints what makes public calls, once, and the Python client makes them by it", async () => {
  const { port, cli } = await dev();
  const line = await cli.line(/^ {2}Calls: {3}export SLIPWAY_URL=/);
  await cli.line(/Ctrl-C/);
  const [, url, token] = /SLIPWAY_URL=(\S+) SLIPWAY_TOKEN=(wk-\w+\.ws-\w+)$/.exec(line)!;
  expect(url).toBe(`http://acme-web-dev.localhost:${port}/`);
  expect(cli.stdout.filter((one) => one.includes(token!))).toEqual([line]);

  const code = `say(Function.from_name("acme", "work").remote("anything")["what"])`;
  expect(await python(code, { SLIPWAY_CALLS_URL: "", SLIPWAY_URL: url, SLIPWAY_TOKEN: token })).toEqual(["anything"]);

  const host = "acme-web-dev.localhost";
  const path = "/_slipway/v1/functions/acme/work";
  expect((await send({ port, host, path })).status).toBe(401);
  expect((await send({ port, host, path, headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
});

test("--json has the token in the event that tells that it is ready", async () => {
  const { cli } = await dev("--json");
  const { token, endpoints } = JSON.parse(await cli.line(/"type":"ready"/));
  expect(endpoints).toMatchObject([{ target: "acme/web", publicCalls: true }]);
  expect(token).toEqual({ keyId: expect.stringMatching(/^wk-/), secret: expect.stringMatching(/^ws-/) });
});
