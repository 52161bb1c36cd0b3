import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { CliProcess, endAll } from "./cli-process";
import { serverProgram } from "./definitions";
import { freePort } from "./free-port";
import { isListening, open, send } from "./http";
import { deploys, manifest, project, removeFolders, temporaryFolder, write } from "./project";
import { quickPython, serves } from "./quick-python";
import { until } from "./waiting";

beforeEach(() => {
  process.env.SLIPWAY_PYTHON = quickPython();
});
afterEach(async () => {
  await endAll();
  removeFolders();
});

/** A project with one function whose server is a Node program. */
function nodeProject(program = serverProgram('"v1"'), command = serves("server"), secrets: string[] = []): string {
  const folder = project({ "api/server": program });
  deploys(folder, manifest(folder, [{ name: "web", source: "api", command, secrets }]));
  return folder;
}

const HOST = "acme-web-dev.localhost";

describe("slipway dev", () => {
  test("lists the endpoints with a request to try, and shows their lines behind their name", async () => {
    const port = await freePort();
    const program = serverProgram('"v1"', 'console.log("loading"); console.error("careful")');
    const cli = new CliProcess(["dev", nodeProject(program), "--port", String(port)]);

    await cli.line(/^ {2}acme\/web .* http:\/\/acme-web-dev\.localhost:\d+\/$/);
    await cli.line(new RegExp(`^ {2}Try it: {2}curl http://${HOST}:${port}/$`));
    await cli.line(/^acme\/web \| loading$/);
    await cli.line(/^acme\/web \| careful$/);

    expect((await send({ port, host: HOST, path: "/x?secret=1" })).text).toBe('"v1"');
    await cli.line(/^acme\/web \| GET \/x 200 \d+ ms$/);
    // No colours where nobody looks, and no gateway lines that were not asked for.
    expect(cli.stdout.join("\n")).not.toMatch(/\x1b|gateway info/);
  });

  test("tells the kind of an endpoint that takes any method, and tries its health path", async () => {
    const port = await freePort();
    const folder = project({ "api/server": serverProgram("request.url") });
    const api = { name: "api", source: "api", command: serves("server"), kind: "asgi", healthPath: "/health" } as const;
    const site = { name: "site", source: "api", command: serves("server"), kind: "wsgi" } as const;
    deploys(folder, manifest(folder, [api, site]));
    const cli = new CliProcess(["dev", folder, "--port", String(port)]);

    await cli.line(/^ {2}acme\/api {3}ASGI {3}http:/);
    await cli.line(/^ {2}acme\/site {2}WSGI {3}http:/);
    await cli.line(new RegExp(`^ {2}Try it: {2}curl -i http://acme-api-dev\\.localhost:${port}/health$`));
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s ends it with 0 and leaves no process and no port",
    async (signal) => {
      const port = await freePort();
      const cli = new CliProcess(["dev", nodeProject(), "--port", String(port)]);
      await cli.line(/Ctrl-C/);
      expect(cli.left()).toEqual(expect.arrayContaining(["node server", expect.stringContaining("gateway.cjs")]));

      cli.signal(signal);

      expect(await cli.exited).toBe(0);
      expect(cli.stdout).toContain("stopping…");
      await cli.leavesNothing();
      expect(await isListening(port)).toBe(false);
    },
  );

  test("a second Ctrl-C does not wait for what is in flight", async () => {
    const port = await freePort();
    const stubborn = `process.on("SIGTERM", () => {});
      require("node:http").createServer((_, response) => response.write("…")).listen(process.env.PORT, "127.0.0.1");`;
    const cli = new CliProcess(["dev", nodeProject(stubborn), "--port", String(port)]);
    await cli.line(/Ctrl-C/);
    const hanging = await open({ port, host: HOST });
    hanging.on("error", () => {});

    cli.signal("SIGINT");
    await cli.line(/^stopping…$/);
    const pressed = performance.now();
    const again = setInterval(() => cli.signal("SIGINT"), 50);
    const code = await cli.exited;
    clearInterval(again);

    expect(code).toBe(1);
    expect(performance.now() - pressed).toBeLessThan(1_500);
    await cli.leavesNothing();
  });

  test("nothing outlives it when it is killed itself", async () => {
    const cli = new CliProcess(["dev", nodeProject(), "--port", String(await freePort())]);
    await cli.line(/Ctrl-C/);
    expect(cli.left().length).toBeGreaterThan(2);

    cli.signal("SIGKILL");

    expect(await cli.exited).toBe("SIGKILL");
    await cli.leavesNothing();
  });

  test("Ctrl-C while the app is synthesized ends that too", async () => {
    const folder = temporaryFolder({
      "cdktf.json": '{ "app": "node app.js" }',
      "app.js": "setInterval(() => {}, 1000)",
    });
    const cli = new CliProcess(["dev", folder, "--port", String(await freePort())]);
    await until("the app command runs", () => cli.left().includes("node app.js"));
    cli.signal("SIGINT");
    expect(await cli.exited).toBe(0);
    await cli.leavesNothing();
  });

  test("an edit that does not start is shown with its error, and that the version before it serves", async () => {
    const port = await freePort();
    const folder = nodeProject();
    const cli = new CliProcess(["dev", folder, "--port", String(port)]);
    await cli.line(/Ctrl-C/);

    write(folder, "api/server", "no program");

    await cli.line(/^acme\/web \| SyntaxError/);
    await cli.line(/^acme\/web: the app exited with code 1\.$/);
    await cli.line(/^The version before it keeps serving\.$/);
    expect((await send({ port, host: HOST })).text).toBe('"v1"');
  });

  test("--json prints every event as a line of JSON", async () => {
    const port = await freePort();
    const cli = new CliProcess(["dev", nodeProject(), "--port", String(port), "--json"]);
    await cli.line(/"type":"ready"/);
    cli.signal("SIGINT");
    await cli.exited;

    const events = cli.stdout.map((line) => JSON.parse(line));
    expect(events.filter(({ type }) => !["log", "progress"].includes(type)).map(({ type }) => type)).toEqual([
      "starting",
      "serving",
      "ready",
      "stopping",
      "stopped",
    ]);
    expect(events.find(({ type }) => type === "ready").endpoints).toEqual([
      { target: "acme/web", label: "acme-web", kind: "fastapi", url: `http://${HOST}:${port}/` },
    ]);
  });

  test("never prints the value of a secret", async () => {
    const secret = "b6c1d2-not-to-be-seen";
    const folder = nodeProject(undefined, undefined, ["SLIPWAY_TEST_A", "SLIPWAY_TEST_B"]);
    write(folder, ".env", `SLIPWAY_TEST_A=${secret}\n`);
    const args = ["dev", folder, "--port", String(await freePort()), "--verbose"];
    const cli = new CliProcess(args, { SLIPWAY_TEST_B: `${secret}-too` });
    await cli.line(/^acme\/web \| gateway info: ready /);
    await cli.line(/Ctrl-C/);
    cli.signal("SIGINT");
    await cli.exited;
    expect([...cli.stdout, ...cli.stderr].join("\n")).not.toContain(secret);
  });
});

describe("slipway dev ends with 1 and one message that says what to do", () => {
  async function failure(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string> {
    const cli = new CliProcess(["dev", ...args], env);
    expect(await cli.exited).toBe(1);
    await cli.leavesNothing();
    const text = cli.stderr.join("\n");
    expect(text).not.toMatch(/^\s+at /m);
    return text;
  }

  test("when the port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const text = await failure([nodeProject(), "--port", String(port)]).finally(() => other.close());
    expect(text).toMatch(
      new RegExp(`^error: Port ${port} is taken by another program\\.\nUse another one: --port \\d+$`),
    );
  });

  test("when there is no Python", async () => {
    const folder = nodeProject(undefined, ["python", "-m", "slipway", "serve"]);
    // The app command needs a Node on the PATH, which here holds nothing else.
    write(folder, "cdktf.json", JSON.stringify({ app: `"${process.execPath}" app.js` }));
    const text = await failure([folder, "--port", String(await freePort())], { PATH: folder, SLIPWAY_PYTHON: "" });
    expect(text).toMatch(/^error: Python 3\.10 or newer is needed.*\nInstall Python .*SLIPWAY_PYTHON/);
  });

  test("when there is no app in the folder", async () => {
    const folder = temporaryFolder();
    expect(await failure([folder])).toBe(
      `error: There is no cdktf.json in ${folder}.\n` +
        "Run slipway in the folder of your CDKTF app, or name it: slipway dev path/to/app, slipway status --folder path/to/app",
    );
  });

  test("when there is no such folder", async () => {
    expect(await failure(["/no/such/folder"])).toBe("error: There is no folder /no/such/folder.");
  });

  test("when the app command fails, after what that says", async () => {
    const app = "node -e \"console.error('acme/web: no such prop'); process.exit(2)\"";
    const folder = temporaryFolder({ "cdktf.json": JSON.stringify({ app }) });
    expect(await failure([folder, "--port", String(await freePort())])).toBe(
      `acme/web: no such prop\nerror: The app command of cdktf.json (${app}) exited with code 2.`,
    );
  });

  test("when the app has no platform", async () => {
    const folder = project({});
    deploys(folder);
    expect(await failure([folder, "--port", String(await freePort())])).toContain(
      "error: There is no Slipway platform in this app",
    );
  });

  test("and with --verbose with the stack", async () => {
    const cli = new CliProcess(["dev", temporaryFolder(), "--verbose"]);
    expect(await cli.exited).toBe(1);
    expect(cli.stderr.join("\n")).toMatch(/^\s+at /m);
  });
});
