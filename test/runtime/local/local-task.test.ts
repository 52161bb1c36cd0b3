import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { gatewayProgram } from "../../../lib/local/gateway-program";
import { LocalAws } from "../../../lib/local/local-aws";
import { LocalError } from "../../../lib/local/local-error";
import { LocalTasks } from "../../../lib/local/local-task";
import type { LogLine, RunningTask, TaskDefinition } from "../../../lib/local/task";
import { containers, type FunctionOptions, serverProgram } from "./definitions";
import { isListening, open, send } from "./http";
import { processesWith } from "./processes";
import { removeFolders, temporaryFolder } from "./project";
import { quickPython, serves } from "./quick-python";
import { until } from "./waiting";

const running: RunningTask[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((task) => task.stop(0)));
  removeFolders();
});

/** In the environment of every process of this test. */
const marker = `SLIPWAY_TEST_TASK=${randomUUID()}`;

interface Start extends Partial<FunctionOptions> {
  readonly files?: Readonly<Record<string, string>>;
  readonly definition?: Partial<TaskDefinition>;
  readonly signal?: AbortSignal;
}

async function start({ files = {}, definition, signal, ...options }: Start) {
  const source = temporaryFolder(files);
  const logs: LogLine[] = [];
  const warnings: string[] = [];
  const tasks = new LocalTasks({
    gateway: gatewayProgram(),
    dotenvFile: join(source, ".env"),
    python: async () => ({ python: quickPython(), env: { FROM_PYTHON: "yes" } }),
    aws: new LocalAws(),
  });
  const [name, value] = marker.split("=") as [string, string];
  const fn = { name: "web", command: serves("server.js"), ...options };
  const environment = { [name]: value, ...fn.environment };
  const gateway = containers({ ...fn, environment });
  gateway[1] = { ...gateway[1]!, environment: [...gateway[1]!.environment, { name, value }] };
  const task = await tasks.start(
    { target: "acme/web", containers: gateway, source, ...definition },
    {
      onLog: (line) => logs.push(line),
      onWarning: (message) => warnings.push(message),
      makeRoom: async () => {},
      signal,
    },
  );
  running.push(task);
  return { task: task as RunningTask & { readonly port: number }, logs, warnings, source };
}

async function refusal(options: Start): Promise<LocalError> {
  const error = await start(options).then(
    () => undefined,
    (error) => error,
  );
  expect(error).toBeInstanceOf(LocalError);
  return error;
}

const SERVER = serverProgram("{ url: request.url, cwd: process.cwd(), env: process.env }");

test("a task serves once its gateway says that the app is ready, in its source folder, behind its prefix", async () => {
  const late = `setTimeout(() => {${SERVER}}, 300);`;
  const { task, source } = await start({ files: { "server.js": late }, prefix: "/acme-web" });

  const { status, text } = await send({ port: task.port, path: "/acme-web/x" });

  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({ url: "/x", cwd: source });
});

test("what a laptop serves is not for the company's collector", async () => {
  const tracing = { endpoint: "http://collector.acme.internal:4318", sampleRatio: 1 };
  const { task } = await start({ files: { "server.js": serverProgram("request.headers") }, tracing });
  const { text } = await send({ port: task.port, path: "/" });
  expect(JSON.parse(text)).not.toHaveProperty("traceparent");
});

test("the app gets its definition's environment and its own port, and what it writes is told line by line", async () => {
  const files = { "server.js": serverProgram("process.env", 'console.log("one\\ntwo"); console.error("three")') };
  const { task, logs } = await start({ files, environment: { MODE: "fast" } });

  const env = JSON.parse((await send({ port: task.port })).text);

  expect(env).toMatchObject({ MODE: "fast" });
  expect(Number(env.PORT)).not.toBe(8000);
  const lines = logs.filter(({ container }) => container === "app").map(({ stream, line }) => `${stream} ${line}`);
  expect(lines.sort()).toEqual(["stderr three", "stdout one", "stdout two"]);
});

test("python in a command is the environment's interpreter, with the environment's variables", async () => {
  const { task } = await start({
    files: { "server.js": SERVER },
    command: ["python", "-m", "slipway", "serve", "server.js"],
  });
  expect(JSON.parse((await send({ port: task.port })).text).env.FROM_PYTHON).toBe("yes");
});

test("two tasks of one function run beside each other", async () => {
  const one = await start({ files: { "server.js": serverProgram("1") } });
  const two = await start({ files: { "server.js": serverProgram("2") } });
  expect((await send({ port: one.task.port })).text).toBe("1");
  expect((await send({ port: two.task.port })).text).toBe("2");
});

describe("secrets", () => {
  const TOKEN = "SLIPWAY_TEST_TOKEN";
  afterEach(() => {
    delete process.env[TOKEN];
  });
  const env = async (files: Record<string, string>) => {
    const { task, warnings, logs } = await start({ files: { "server.js": SERVER, ...files }, secrets: [TOKEN] });
    return { env: JSON.parse((await send({ port: task.port })).text).env, warnings, logs };
  };

  test("come from .env", async () => {
    const seen = await env({ ".env": `${TOKEN}="from file"\nOTHER=not a secret of this function\n` });
    expect(seen.env[TOKEN]).toBe("from file");
    expect(seen.env.OTHER).toBeUndefined();
    expect(seen.warnings).toEqual([]);
    expect(JSON.stringify(seen.logs)).not.toContain("from file");
  });

  test("come from the shell before .env", async () => {
    process.env[TOKEN] = "from shell";
    expect((await env({ ".env": `${TOKEN}=from file\n` })).env[TOKEN]).toBe("from shell");
  });

  test("that nobody gave are named in a warning", async () => {
    const seen = await env({});
    expect(seen.warnings).toHaveLength(1);
    expect(seen.warnings[0]).toMatch(/^acme\/web: the secret SLIPWAY_TEST_TOKEN has no value here\./);
  });

  test("and variables that only a deployment knows come from the same places, and are not set otherwise", async () => {
    const files = { "server.js": SERVER, ".env": "TABLE=from file\n" };
    const { task, warnings } = await start({ files, environment: { QUEUE: null, TABLE: null } });
    const seen = JSON.parse((await send({ port: task.port })).text).env;
    expect([seen.TABLE, "QUEUE" in seen]).toEqual(["from file", false]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^acme\/web: QUEUE, which is known only after a deployment, has no value here\. Export QUEUE/,
      ),
    ]);
  });
});

describe("a task that cannot start leaves nothing running, and the error tells", () => {
  afterEach(() => expect(processesWith(marker)).toEqual([]));

  test("what an app said that exits at once", async () => {
    const error = await refusal({ files: { "server.js": 'console.error("no model"); process.exit(3)' } });
    expect(error.message).toBe("acme/web: the app exited with code 3.");
    expect(error.output).toBe("no model");
  });

  test("that an app ended without an error before it was ready", async () => {
    const error = await refusal({ files: { "server.js": "" } });
    expect(error.message).toBe("acme/web: the app exited with code 0.");
    expect(error.fix).toBe("The command has to run as long as the server does: start it in the foreground.");
  });

  test("what an app said that is not ready in time", async () => {
    const files = { "server.js": 'console.log("loading"); setInterval(() => {}, 1000)' };
    const error = await refusal({ files, startupTimeoutMs: 300 });
    expect(error.message).toBe("acme/web: the app was not ready within 0.3 s.");
    expect(error.output).toBe("loading");
    expect(error.fix).toContain("startupTimeout");
  });

  test("a definition without a command", async () => {
    const error = await refusal({ command: [] });
    expect(error.message).toBe('acme/web: its container "app" has no command to run here.');
  });

  test("a source folder that is not there", async () => {
    const error = await refusal({ definition: { source: "/no/such/folder" } });
    expect(error.message).toBe("acme/web: its source folder /no/such/folder does not exist.");
    expect(error.fix).toContain("source: __dirname");
  });

  test("a gateway of another version", async () => {
    const gateway = { ...containers({ name: "web", command: ["node"] })[1]! };
    const error = await refusal({
      definition: {
        containers: [
          containers({ name: "web", command: ["node"] })[0]!,
          { ...gateway, environment: [{ name: "SLIPWAY_CONFIG", value: '{"version":2}' }] },
        ],
      },
    });
    expect(error.message).toContain("SLIPWAY_CONFIG of its gateway is not a configuration that this version knows");
  });

  test("a definition without a gateway", async () => {
    const error = await refusal({ definition: { containers: [containers({ name: "web", command: ["node"] })[0]!] } });
    expect(error.message).toBe('acme/web: its task definition has no container "gateway".');
  });

  test("a start that is given up", async () => {
    const files = { "server.js": "setInterval(() => {}, 1000)" };
    const giveUp = new AbortController();
    const starting = start({ files, signal: giveUp.signal });
    await until("the app runs", () => processesWith(marker).some((command) => command === "node server.js"));
    giveUp.abort();
    await expect(starting).rejects.toThrow("aborted");
  });
});

describe("stopping", () => {
  test("lets a request in flight finish, then leaves no process and no port", async () => {
    const slow = `
      require("node:http").createServer((_, response) => {
        response.write("first ");
        process.on("SIGUSR2", () => response.end("last"));
        console.log("pid " + process.pid);
      }).listen(process.env.PORT, "127.0.0.1");`;
    const { task, logs } = await start({ files: { "server.js": slow } });
    const answer = await open({ port: task.port });
    const { line } = await until("the request is there", () => logs.find(({ line }) => line.startsWith("pid ")));

    const stopping = task.stop(10_000);
    await until("the gateway drains", () => logs.some(({ line }) => line.includes('"draining"')));
    process.kill(Number(line.slice("pid ".length)), "SIGUSR2");

    let text = "";
    for await (const chunk of answer.setEncoding("utf8")) text += chunk;
    expect(text).toBe("first last");
    await stopping;
    expect(processesWith(marker)).toEqual([]);
    expect(await isListening(task.port)).toBe(false);
  });

  test("ends by force what ignores SIGTERM, and what the app started", async () => {
    const stubborn = `
      process.on("SIGTERM", () => {});
      require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
      ${serverProgram("1").replace(/process\.on.*\n/, "")}`;
    const { task } = await start({ files: { "server.js": stubborn } });
    expect(processesWith(marker)).toHaveLength(3);

    await task.stop(200);

    expect(processesWith(marker)).toEqual([]);
  });

  test("a grace can be shortened by a second call", async () => {
    const hanging = 'require("node:http").createServer(() => {}).listen(process.env.PORT, "127.0.0.1");';
    const { task } = await start({ files: { "server.js": hanging } });
    open({ port: task.port }).catch(() => {});
    const began = performance.now();

    const patient = task.stop(60_000);
    await Promise.all([task.stop(100), patient]);

    expect(performance.now() - began).toBeLessThan(5_000);
    expect(processesWith(marker)).toEqual([]);
  });
});

test("a task that ends by itself tells so, with its last words", async () => {
  const dying = 'process.on("SIGUSR2", () => { console.log("bye"); process.exit(7); });';
  const { task } = await start({ files: { "server.js": serverProgram("process.pid", dying) } });
  const pid = Number((await send({ port: task.port })).text);
  process.kill(pid, "SIGUSR2");

  const error = await task.failed;

  expect(error.message).toBe("acme/web: the app exited with code 7.");
  expect((error as LocalError).output).toBe("bye");
});
