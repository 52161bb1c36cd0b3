import { Agent } from "node:http";
import { serverProgram } from "./definitions";
import { isListening } from "./http";
import { deploys, manifest, type ProjectFunction, project, removeFolders } from "./project";
import { quickPython, serves } from "./quick-python";
import { Running, stopSessions } from "./running";
import { until } from "./waiting";

beforeEach(() => {
  process.env.SLIPWAY_PYTHON = quickPython();
});
afterEach(async () => {
  await stopSessions();
  removeFolders();
});

const WEB: ProjectFunction = { name: "web", source: "api", command: serves("server") };
const BATCH: ProjectFunction = { name: "batch", source: "jobs", command: serves("server") };

async function start(functions = [WEB], files = {}): Promise<Running> {
  const folder = project({ "api/server": serverProgram('"v1"'), "jobs/server": serverProgram('"job"'), ...files });
  deploys(folder, manifest(folder, functions));
  const running = new Running(folder);
  await running.session.start();
  return running;
}

test("every function of the app is served under its local name", async () => {
  const running = await start([WEB, BATCH]);

  expect(await running.answer("web")).toBe('"v1"');
  expect(await running.answer("batch")).toBe('"job"');
  expect(running.session.endpoints.map(({ url }) => url)).toEqual([
    `http://acme-web-dev.localhost:${running.port}/`,
    `http://acme-batch-dev.localhost:${running.port}/`,
  ]);
});

test("through five edits under constant requests none fails, and each edit is served", async () => {
  const running = await start();
  const agent = new Agent({ keepAlive: true });
  const seen = new Set<string>();
  let requests = 0;
  let isOver = false;
  const client = async () => {
    while (!isOver) {
      seen.add(await running.answer("web", agent).catch((error) => String(error)));
      requests += 1;
    }
  };
  const clients = [client(), client()];
  const versions = Array.from({ length: 5 }, (_, i) => `"v${i + 2}"`);

  for (const version of versions) {
    running.edit(serverProgram(version));
    await until(`${version} is served`, () => seen.has(version));
  }
  isOver = true;
  await Promise.all(clients);
  agent.destroy();

  expect([...seen]).toEqual(['"v1"', ...versions]);
  expect(requests).toBeGreaterThan(50);
});

test("an edit during a reload is not lost", async () => {
  const running = await start();
  for (let i = 2; i <= 6; i++) {
    const before = running.starts().length;
    running.edit(serverProgram(`"v${i}"`));
    await until("its start", () => running.starts().length > before);
  }
  await running.answers('"v6"');
});

test("an edit that does not start changes nothing but tells why, and the next one is served", async () => {
  const running = await start();

  running.edit("this is no program");
  const failed = await running.event("start-failed");

  expect(failed).toMatchObject({ target: "acme/web", serving: true });
  expect(failed.failure.message).toBe("acme/web: the app exited with code 1.");
  expect(failed.failure.output).toContain("SyntaxError");
  expect(await running.answer()).toBe('"v1"');

  running.edit(serverProgram('"repaired"'));
  await running.answers('"repaired"');
});

test("a function that does not start leaves the others serving, until an edit repairs it", async () => {
  const running = await start([WEB, BATCH], { "api/server": "throw new Error('no model')" });

  expect(await running.event("start-failed")).toMatchObject({ target: "acme/web", serving: false });
  expect(await running.answer("web")).toBe("503");
  expect(await running.answer("batch")).toBe('"job"');

  running.edit(serverProgram('"repaired"'));
  await running.answers('"repaired"');
});

test("a task that dies is started again", async () => {
  const running = await start([WEB], { "api/server": serverProgram("process.pid") });
  const first = Number(await running.answer());

  process.kill(first, "SIGKILL");

  expect((await running.event("task-failed")).failure.message).toBe("acme/web: the app was ended by SIGKILL.");
  await until("another process answers", async () => {
    const answer = Number(await running.answer());
    return answer !== first && answer !== 503;
  });
});

test("an edit reaches only the functions whose source it is in", async () => {
  const running = await start([WEB, BATCH]);
  running.edit(serverProgram('"v2"'));
  await running.answers('"v2"');
  expect(running.starts().sort()).toEqual(["acme/batch", "acme/web", "acme/web"]);
});

test("what tools and the app itself write is no edit", async () => {
  const running = await start([WEB, BATCH]);
  const written = [
    "__pycache__/app.pyc",
    ".git/index",
    "app.log",
    "data.sqlite3-journal",
    ".app.py.swp",
    "terraform.tfstate",
  ];
  for (const file of written) running.edit("written", `jobs/${file}`);
  running.edit("home = /usr", "jobs/env/pyvenv.cfg");
  running.edit("x = 1", "jobs/env/lib/module.py");

  running.edit(serverProgram('"v2"'));
  await running.answers('"v2"');

  expect(running.starts().sort()).toEqual(["acme/batch", "acme/web", "acme/web"]);
});

test("a file that is written again with the same content is no edit", async () => {
  const running = await start([WEB, BATCH]);
  running.edit(serverProgram('"new job"'), "jobs/server");
  await running.answers('"new job"', "batch");

  running.edit(serverProgram('"new job"'), "jobs/server");
  running.edit(serverProgram('"v2"'));
  await running.answers('"v2"');

  expect(running.starts().sort()).toEqual(["acme/batch", "acme/batch", "acme/web", "acme/web"]);
});

describe("an edit of the app", () => {
  test("adds, changes and removes functions and rules while the rest serves on", async () => {
    const running = await start([WEB, BATCH]);
    const changed = { ...BATCH, command: serves("other") };
    const added = { ...WEB, name: "added" };
    running.edit(serverProgram('"other"'), "jobs/other");

    deploys(running.folder, manifest(running.folder, [changed, added]));

    const applied = await running.event("applied");
    expect(applied).toMatchObject({ added: ["acme/added"], removed: ["acme/web"], changed: ["acme/batch"] });
    expect(await running.answer("added")).toBe('"v1"');
    expect(await running.answer("batch")).toBe('"other"');
    expect(await running.answer("web")).toBe("404");
  });

  test("that fails is told, and what ran before keeps serving", async () => {
    const running = await start();

    running.edit("throw new Error('no such prop')", "app.js");

    const { failure } = await running.event("update-failed");
    expect(failure.message).toBe("The app command of cdktf.json (node app.js) exited with code 1.");
    expect(failure.output).toContain("no such prop");
    expect(await running.answer()).toBe('"v1"');
  });

  test("during the start is applied after it", async () => {
    const folder = project({ "api/server": serverProgram('"v1"'), "jobs/server": serverProgram('"job"') });
    deploys(folder, manifest(folder, [WEB]));
    const running = new Running(folder);
    const starting = running.session.start();
    await running.event("starting");
    deploys(folder, manifest(folder, [WEB, BATCH]));
    await starting;
    await running.answers('"job"', "batch");
  });
});

test("a change of .env reaches the functions", async () => {
  const SECRET = "SLIPWAY_TEST_SECRET";
  const files = { ".env": `${SECRET}=one`, "api/server": serverProgram(`process.env.${SECRET}`) };
  const running = await start([{ ...WEB, secrets: [SECRET] }], files);
  expect(await running.answer()).toBe('"one"');
  running.edit(`${SECRET}=two`, ".env");
  await running.answers('"two"');
});

test("a secret without a value is warned about once, however often its function starts", async () => {
  const running = await start([{ ...WEB, secrets: ["SLIPWAY_TEST_SECRET"] }]);
  running.edit(serverProgram('"v2"'));
  await running.answers('"v2"');
  expect(running.events.filter(({ type }) => type === "warning")).toHaveLength(1);
});

describe("stopping", () => {
  test("during the start ends the start", async () => {
    const folder = project({ "api/server": "setInterval(() => {}, 1000)" });
    deploys(folder, manifest(folder, [WEB]));
    const running = new Running(folder);
    const starting = running.session.start();
    const outcome = expect(starting).rejects.toThrow("aborted");
    await running.event("starting");
    const { port } = running;

    await running.session.stop();

    await outcome;
    expect(await isListening(port)).toBe(false);
  });

  test("frees the port", async () => {
    const running = await start();
    const { port } = running;
    await running.session.stop();
    expect(await isListening(port)).toBe(false);
    expect(running.events.at(-1)).toEqual({ type: "stopped" });
  });
});
