import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listeners } from "../../../lib/local/listeners";
import { CliProcess, endAll } from "../local/cli-process";
import { freePort } from "../local/free-port";
import { send } from "../local/http";
import { deploys, project, removeFolders, write } from "../local/project";
import { quickPython } from "../local/quick-python";
import { until } from "../local/waiting";
import { CALLS_PROXY, executorProgram, manifestWithFunctions } from "./dev-manifest";

afterEach(async () => {
  await endAll();
  removeFolders();
});

class Session {
  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly cli: CliProcess,
  ) {}

  static async start(functions: readonly string[], args: readonly string[] = []): Promise<Session> {
    const executors = functions.map((name) => [`${name}/executor`, executorProgram("first")] as const);
    const folder = project({ "api/server": CALLS_PROXY, ...Object.fromEntries(executors) });
    mkdirSync(join(folder, "tmp"));
    deploys(folder, manifestWithFunctions(folder, functions));
    const port = await freePort();
    const env = { SLIPWAY_PYTHON: quickPython(), TMPDIR: join(folder, "tmp") };
    const cli = new CliProcess(["dev", folder, "--port", String(port), ...args], env);
    await cli.line(/Ctrl-C|"type":"ready"/);
    return new Session(folder, port, cli);
  }

  /** Asks the calls API, by way of the endpoint's app. */
  async ask(method: string, path: string, body?: object) {
    const { status, text } = await send({
      port: this.port,
      host: "acme-web-dev.localhost",
      method,
      path: `/v1${path}`,
      headers: { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    return { status, body: JSON.parse(text) };
  }

  async spawn(name: string, ...args: readonly unknown[]): Promise<string> {
    const { status, body } = await this.ask("POST", `/functions/acme/${name}/calls`, { args, kwargs: {} });
    expect(status).toBe(202);
    return body.call_id;
  }

  async status(id: string) {
    return (await this.ask("GET", `/calls/${id}`)).body;
  }

  runs(id: string): Promise<unknown> {
    return until(`${id} runs`, async () => (await this.status(id)).state === "RUNNING");
  }

  result(id: string, withinMs = 20_000) {
    return until(
      `${id} has ended`,
      async () => {
        const { status, body } = await this.ask("GET", `/calls/${id}/result?wait=5`);
        return status === 200 && body;
      },
      withinMs,
    );
  }
}

/** Processes that have these texts in their environment. */
function pidsWith(...texts: readonly string[]): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, "utf8");
      return texts.every((text) => environment.includes(text)) ? Number(entry) : [];
    } catch {
      return [];
    }
  });
}

test("an endpoint's app spawns a call, a worker runs it, and its lines bear its name", async () => {
  const session = await Session.start(["work"]);
  await session.cli.line(/^ {2}acme\/work +function +spawn it from acme\/web$/);
  const id = await session.spawn("work", "anything");
  expect(await session.result(id)).toMatchObject({ state: "SUCCESS", result: { what: "anything", version: "first" } });
  await session.cli.line(/^acme\/work \| runs anything$/);
});

test("the list of what runs has functions too, for people and for programs", async () => {
  const { port } = await Session.start(["work"]);
  const { text: page } = await send({ port });
  expect(page).toContain("<strong>acme/work</strong> function");
  const { text } = await send({ port, headers: { accept: "application/json" } });
  expect(JSON.parse(text).functions).toEqual([{ name: "acme/work", kind: "function", callers: ["acme/web"] }]);
});

test("--json has functions beside endpoints in the event that tells that it is ready", async () => {
  const { cli } = await Session.start(["work"], ["--json"]);
  const ready = JSON.parse(await cli.line(/"type":"ready"/));
  expect(ready.functions).toEqual([{ target: "acme/work", kind: "function", callers: ["acme/web"] }]);
  expect(ready.endpoints).toMatchObject([{ target: "acme/web" }]);
});

test("an edit reaches the worker; the old one ends what it runs, or gives back what takes it too long", async () => {
  const session = await Session.start(["work"]);
  const [short, long] = ["short", "long"].map((name) => join(session.folder, "tmp", name)) as [string, string];
  const ends = await session.spawn("work", "hold", short);
  const stays = await session.spawn("work", "hold", long);
  await session.runs(ends);
  await session.runs(stays);

  write(session.folder, "work/executor", executorProgram("second"));
  await session.cli.line(/^acme\/work serves the new version/);
  expect((await session.result(await session.spawn("work", "new"))).result.version).toBe("second");
  write(session.folder, "tmp/short", "");
  expect((await session.result(ends)).result.version).toBe("first");
  const { attempt } = await until("the other one is given back", async () => {
    const status = await session.status(stays);
    return status.attempt === 2 && status;
  });
  write(session.folder, "tmp/long", "");
  expect((await session.result(stays)).result.version).toBe("second");
  expect(attempt).toBe(2);
}, 60_000);

test("a call that is spawned just after an edit of an idle function is run by what was edited", async () => {
  const session = await Session.start(["work"]);
  for (const version of ["second", "third"]) {
    write(session.folder, "work/executor", executorProgram(version));
    await until(`the ${version} version`, async () => {
      const id = await session.spawn("work", version);
      // A poll that is cut off may take a message with it, until that is visible again.
      return (await session.result(id)).result.version === version;
    });
  }
}, 60_000);

test("no call is lost by a row of edits", async () => {
  const session = await Session.start(["work"]);
  const calls: Promise<string>[] = [];
  for (const version of ["second", "third", "fourth"]) {
    for (let i = 0; i < 10; i++) calls.push(session.spawn("work", `${version} ${i}`));
    write(session.folder, "work/executor", executorProgram(version));
    await until(`the ${version} version`, async () => {
      const id = await session.spawn("work", "ask");
      return (await session.result(id)).result.version === version;
    });
  }
  const results = await Promise.all((await Promise.all(calls)).map((id) => session.result(id)));
  expect(results.map(({ state }) => state)).toEqual(Array(30).fill("SUCCESS"));
}, 60_000);

test("a version that cannot be loaded changes nothing", async () => {
  const session = await Session.start(["work"]);
  write(session.folder, "work/executor", "a program (");
  await session.cli.line(/^acme\/work +\| SyntaxError/);
  await session.cli.line(/^The version before it keeps serving\.$/);
  expect((await session.result(await session.spawn("work", "old"))).result.version).toBe("first");
});

test("a worker whose executor dies is replaced, and its call runs again", async () => {
  const session = await Session.start(["work"]);
  const id = await session.spawn("work", "crash");
  expect((await session.result(id)).result.what).toBe("crash");
  expect((await session.status(id)).attempt).toBe(2);
  expect(session.cli.stdout.join("\n")).toMatch(/acme\/work: the (app|gateway) exited with code \d/);
});

test("a control service that dies is started again", async () => {
  const { cli, folder } = await Session.start(["work"]);
  const find = () => pidsWith(`TMPDIR=${join(folder, "tmp")}`, '"function":"control"');
  const [first] = await until("it runs", () => find().length === 1 && find());
  process.kill(first!, "SIGKILL");
  await cli.line(/^warning: the control service of calls was ended by SIGKILL; it is started again$/);
  const [second] = await until("it runs again", () => find().length === 1 && find());
  expect(second).not.toBe(first);
});

test("an edit of the stack adds a function and takes one away", async () => {
  const session = await Session.start(["work"]);
  write(session.folder, "other/executor", executorProgram("first"));
  deploys(session.folder, manifestWithFunctions(session.folder, ["other"]));
  await session.cli.line(/^app synthesized again: added acme\/other; changed acme\/web; removed acme\/work$/);
  expect((await session.result(await session.spawn("other", "more"))).result.what).toBe("more");
  expect((await session.ask("POST", "/functions/acme/work/calls", { args: [], kwargs: {} })).status).toBe(403);
});

test("everything listens on loopback only, and nothing is left when the session ends", async () => {
  const session = await Session.start(["work"]);
  await session.result(await session.spawn("work", "anything"));
  const own = (await listeners())!.filter(({ pid }) => pid === session.cli.pid);
  // The router at two addresses, DynamoDB, and SQS with S3.
  expect(own.length).toBeGreaterThanOrEqual(3);
  expect(own.filter(({ address }) => !["127.0.0.1", "::1"].includes(address))).toEqual([]);
  expect(readdirSync(join(session.folder, "tmp"))).toHaveLength(1);

  session.cli.signal("SIGINT");
  expect(await session.cli.exited).toBe(0);
  await session.cli.leavesNothing();
  expect(readdirSync(join(session.folder, "tmp"))).toEqual([]);
});

test("a stack without functions starts nothing for calls", async () => {
  const session = await Session.start([]);
  const own = (await listeners())!.filter(({ pid, port }) => pid === session.cli.pid && port !== session.port);
  expect(own).toEqual([]);
});
