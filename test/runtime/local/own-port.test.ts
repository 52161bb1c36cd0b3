import { type ChildProcess, spawn } from "node:child_process";
import { listeners, lsofListeners } from "../../../lib/local/listeners";
import { serverProgram } from "./definitions";
import { freePort } from "./free-port";
import { isListening, open, send } from "./http";
import { deploys, manifest, type ProjectFunction, project, removeFolders } from "./project";
import { quickPython, serves } from "./quick-python";
import { Running, stopSessions } from "./running";
import { until } from "./waiting";

const programs: ChildProcess[] = [];
let port: number;
beforeEach(async () => {
  process.env.SLIPWAY_PYTHON = quickPython();
  port = await freePort();
});
afterEach(async () => {
  await stopSessions();
  for (const program of programs.splice(0)) program.kill("SIGKILL");
  removeFolders();
});

/** A program that listens on a port which is written into it, as many servers do. */
function hardCoded(at: number, answer = '"v1"'): string {
  return serverProgram(answer).replace("listen(process.env.PORT", `listen(${at}`);
}

function files(over: Partial<ProjectFunction> = {}): ProjectFunction {
  return { name: "files", source: "api", kind: "server", command: ["node", "server"], port, ...over };
}

async function start(program: string, functions = [files()], more = {}): Promise<Running> {
  const folder = project({ "api/server": program, ...more });
  deploys(folder, manifest(folder, functions));
  const running = new Running(folder);
  await running.session.start();
  return running;
}

async function failure(program: string, over?: Partial<ProjectFunction>, more = {}) {
  const running = await start(program, [files(over)], more);
  return (await running.event("start-failed")).failure;
}

describe("a server of the user's own", () => {
  test("gets the port of its definition, as PORT and by its number", async () => {
    const running = await start(hardCoded(port, "[process.env.PORT, process.env.SLIPWAY_BASE_PATH]"), [
      files({ environment: { SLIPWAY_BASE_PATH: "/acme-files" } }),
    ]);
    expect(await running.answer("files")).toBe(JSON.stringify([String(port), "/acme-files"]));
    expect(await isListening(port)).toBe(true);
    await running.session.stop();
    expect(await isListening(port)).toBe(false);
  });

  test("may be a line for the shell", async () => {
    const program = serverProgram('"v1"').replace("process.env.PORT", "process.argv[2]");
    const running = await start(program, [files({ command: ["sh", "-c", "exec node server $PORT"] })]);
    expect(await running.answer("files")).toBe('"v1"');
  });

  test("that is a Python program runs in an environment of its own, into which nothing is installed unasked", async () => {
    const running = await start(serverProgram("process.env.VIRTUAL_ENV.includes('.slipway')"), [
      files({ command: ["python", "server"] }),
    ]);
    expect(await running.answer("files")).toBe("true");
    const steps = running.events.flatMap((event) => (event.type === "progress" ? [event.message] : []));
    expect(steps).toContainEqual(expect.stringContaining("making a Python"));
    expect(steps).not.toContainEqual(expect.stringContaining("installing"));
  });

  test("finds the programs that its requirements.txt installs", async () => {
    const running = await start(serverProgram("process.env.VIRTUAL_ENV.includes('.slipway')"), [files()], {
      "api/requirements.txt": "streamlit\n",
    });
    expect(await running.answer("files")).toBe("true");
  });

  test("is ended before its next version starts; meanwhile there is 503 with Retry-After", async () => {
    const running = await start(hardCoded(port));
    const seen = new Set<string>();
    running.edit(`setTimeout(() => { ${hardCoded(port, '"v2"')} }, 200);`);
    await until("version 2", async () => {
      const { status, text, headers } = await send({ port: running.port, host: "acme-files.localhost" });
      seen.add(status === 200 ? text : `${status}, again in ${headers["retry-after"]} s`);
      return seen.has('"v2"');
    });
    expect([...seen]).toEqual(['"v1"', "503, again in 1 s", '"v2"']);
  });

  test("that crashes is started again on its port", async () => {
    const running = await start(hardCoded(port, "process.pid"));
    const first = await running.answer("files");
    process.kill(Number(first), "SIGKILL");
    expect((await running.event("task-failed")).failure.message).toBe("acme/files: the app was ended by SIGKILL.");
    await until("another one answers", async () => !["503", first].includes(await running.answer("files")));
  });

  test("gives its port to another function when that replaces it, though it still answers a request", async () => {
    const running = await start(hardCoded(port));
    await open({ port: running.port, host: "acme-files.localhost" });
    deploys(running.folder, manifest(running.folder, [files({ name: "static" })]));
    await running.answers('"v1"', "static");
    expect(await running.event("applied")).toMatchObject({ added: ["acme/static"], removed: ["acme/files"] });
  });

  test("can swap its port with another one", async () => {
    const other = await freePort();
    const both = (one: number, two: number) => [files({ port: one }), files({ name: "other", port: two })];
    const running = await start(serverProgram("process.env.PORT"), both(port, other));
    deploys(running.folder, manifest(running.folder, both(other, port)));
    await running.answers(`"${other}"`, "files");
    await running.answers(`"${port}"`, "other");
  });
});

describe("a port that is taken", () => {
  test("by another program is told with its command, its process and the fix", async () => {
    const other = spawn(process.execPath, ["-e", hardCoded(port)], { stdio: "ignore" });
    programs.push(other);
    await until("it listens", () => isListening(port));
    const { message, fix } = await failure(hardCoded(port));
    expect(message).toMatch(
      new RegExp(`^acme/files: port ${port} is taken by .*node -e .* \\(process ${other.pid}\\)\\.$`, "s"),
    );
    expect(fix).toMatch(new RegExp(`^Stop that: kill ${other.pid}, or give the construct another port`));
  });

  test("by slipway dev itself is told with another port for that", async () => {
    const folder = project({ "api/server": hardCoded(port) });
    deploys(folder, manifest(folder, [files()]));
    const running = new Running(folder, port);
    await running.session.start();
    const { message, fix } = (await running.event("start-failed")).failure;
    expect(message).toBe(`acme/files: port ${port} is taken by this command itself.`);
    expect(fix).toMatch(/^Let it listen elsewhere: --port \d+$/);
  });

  test("by two servers of one project is an error that names both constructs", async () => {
    const error = await start(hardCoded(port), [files(), files({ name: "docs" })]).catch((error) => error);
    expect(error.message).toBe(`acme/files (acme/files) and acme/docs (acme/docs) both listen on port ${port}.`);
    expect(error.fix).toContain("Give one of them another port");
  });
});

describe("a server that does not get ready is told with what it did", () => {
  const QUICK = { startupTimeoutMs: 700 };

  test("a port of its own choice", async () => {
    const other = await freePort();
    const { message, fix } = await failure(hardCoded(other), QUICK);
    expect(message).toBe(`acme/files: the app was not ready within 0.7 s: it listens on ${other}, not on ${port}.`);
    expect(fix).toBe(`Set port: ${other}, or let it listen on $PORT, which is ${port}.`);
  });

  test("that one is warned about long before the time is over", async () => {
    const other = await freePort();
    const folder = project({ "api/server": hardCoded(other) });
    deploys(folder, manifest(folder, [files()]));
    const running = new Running(folder);
    const starting = running.session.start().catch(() => {});
    const { message } = await running.event("warning");
    expect(message).toContain(`acme/files: it listens on ${other}, not on ${port}. Set port: ${other}`);
    await running.session.stop();
    await starting;
  });

  test("several ports, also of programs that it started", async () => {
    const others = [await freePort(), await freePort()].sort((a, b) => a - b);
    const child = `require("node:child_process").spawn("node", ["-e", "require('node:net').createServer().listen(${others[1]})"]);`;
    const { message } = await failure(hardCoded(others[0]!) + child, QUICK);
    expect(message).toContain(`it listens on ${others[0]} and ${others[1]}, not on ${port}.`);
  });

  test("no port at all", async () => {
    const { message, fix } = await failure("setInterval(() => {}, 1000)", QUICK);
    expect(message).toBe("acme/files: the app was not ready within 0.7 s: it listens on no port.");
    expect(fix).toContain(`Let it listen on port ${port}, which $PORT holds`);
  });

  test("the right port at an address that its gateway does not ask", async () => {
    const program = hardCoded(port).replace('"127.0.0.1"', '"::1"');
    const { message } = await failure(program, QUICK);
    expect(message).toContain(`it listens on ${port}, but only at ::1, not at 127.0.0.1.`);
  });

  test("the right port, but no good answer at its healthPath", async () => {
    const program = `require("node:http").createServer((_, response) => response.writeHead(404).end()).listen(${port});`;
    const { message, fix } = await failure(program, { ...QUICK, healthPath: "/health" });
    expect(message).toContain("within 0.7 s: GET /health is answered with 404, not with 100 to 399.");
    expect(fix).toBe("Correct healthPath.");
  });

  test("no good answer at the healthPath of an app that Slipway serves", async () => {
    const program =
      'require("node:http").createServer((_, response) => response.writeHead(500).end()).listen(process.env.PORT);';
    const { message, fix } = await failure(program, { ...QUICK, command: serves("server"), healthPath: "/health" });
    expect(message).toContain("within 0.7 s: GET /health is answered with 500, not with 100 to 399.");
    expect(fix).toBe("See the app's own log, or raise startupTimeout if it needs longer.");
  });

  test("a server that takes a connection and then nothing", async () => {
    const program = `require("node:net").createServer().listen(${port}, "127.0.0.1");`;
    const { message } = await failure(program, { ...QUICK, healthPath: "/health" });
    expect(message).toContain(`it listens on ${port}, but GET /health fails (no answer).`);
  });

  test("a command that is not found", async () => {
    const { message, fix } = await failure("", { command: ["no-such-server"] });
    expect(message).toBe("acme/files: the app could not be started: there is no program no-such-server.");
    expect(fix).toBe("Install it on this machine, or correct the construct's command.");
  });

  test("a command that the shell does not find", async () => {
    const { message, fix, output } = await failure("", { command: ["sh", "-c", "exec no-such-server"] });
    expect(message).toBe("acme/files: the app exited with code 127.");
    expect(fix).toBe("Install it on this machine, or correct the construct's command.");
    expect(output).toContain("no-such-server");
  });

  test("a command that may not be executed", async () => {
    const { message, fix } = await failure("", { command: ["./server"] });
    expect(message).toBe("acme/files: the app could not be started: ./server may not be executed.");
    expect(fix).toBe("chmod +x ./server");
  });

  test("an exit", async () => {
    const { message, output } = await failure('console.error("no licence"); process.exit(3)');
    expect(message).toBe("acme/files: the app exited with code 3.");
    expect(output).toBe("no licence");
  });
});

test.each([
  ["/proc, or lsof", listeners],
  ["lsof", lsofListeners],
])("the listening ports of a process group are read from %s", async (_, read) => {
  const other = spawn(process.execPath, ["-e", hardCoded(port)], { stdio: "ignore", detached: true });
  programs.push(other);
  await until("it listens", () => isListening(port));
  const found = (await read())?.filter((listener) => listener.port === port);
  // Only lsof may be missing here.
  if (read === lsofListeners && !found) return;
  expect(found).toEqual([
    { address: "127.0.0.1", port, pid: other.pid, group: other.pid, command: expect.stringContaining("node") },
  ]);
});
