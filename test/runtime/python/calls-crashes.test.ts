import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ExecutorHost, removeHosts } from "./executor-host";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { run } from "./slipway-process";

const APP = `
import ctypes, os, pathlib, resource, signal, subprocess, sys, time

marker = pathlib.Path("broken")
if marker.exists(): raise RuntimeError("no weights")

def work(what):
    print("begun", flush=True)
    if what == "pid": return os.getpid()
    if what == "segfault": ctypes.string_at(0)
    if what == "abort": os.abort()
    if what == "exit": os._exit(7)
    if what == "killed": os.kill(os.getpid(), signal.SIGKILL)
    if what == "break": marker.touch(); os._exit(1)
    if what == "mend": marker.unlink()
    if what == "leaves programs":
        program = subprocess.Popen(["sleep", "3600"])
        print(program.pid, flush=True)
        os._exit(1)
    if what == "fork":
        if os.fork() == 0: return "in the fork"
        return "in the parent"
    if what == "memory":
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
        bytearray(1 << 32)
    if what == "sleep": time.sleep(3600)
`;

beforeAll(testPython, PYTHON_SETUP_MS);
afterEach(removeHosts);

function isAlive(pid: number): boolean {
  try {
    // One that has ended and that nobody has reaped counts as ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setImmediate(resolve));
}

describe("a process that ends while it runs a call", () => {
  test.each([
    ["segfault", "the process was ended by SIGSEGV"],
    ["abort", "the process was ended by SIGABRT"],
    ["exit", "the process exited with code 7"],
    ["killed", "the process was ended by SIGKILL, as when there is no memory left"],
  ])("%s: the call has died of it, and another process takes the next call", async (what, message) => {
    const host = await ExecutorHost.start({ app: APP });
    const call = host.run([what]);
    expect(await host.outcome(call)).toEqual({ op: "died", message });
    expect(host.logs(call)).toEqual(["begun"]);
    expect(await host.ping(1)).toBeLessThan(1000);
    expect(await host.outcome(host.run(["pid"]))).toMatchObject({ op: "done" });
  });

  test("takes with it the programs that it started", async () => {
    const host = await ExecutorHost.start({ app: APP });
    const call = host.run(["leaves programs"]);
    await host.outcome(call);
    await gone(Number(host.logs(call)[1]));
  });

  test("is one of several: the calls in the others go on", async () => {
    const host = await ExecutorHost.start({ app: APP, args: ["--max-inputs", "2"] });
    const beside = host.run(["sleep"]);
    await host.printed(beside, "begun");
    expect(await host.outcome(host.run(["segfault"]))).toMatchObject({ op: "died" });
    host.cancel(beside);
    expect(await host.outcome(beside)).toEqual({ op: "cancelled" });
  });
});

test("a function that forks and returns in both processes has one result", async () => {
  const host = await ExecutorHost.start({ app: APP });
  expect(await host.outcome(host.run(["fork"]))).toEqual({ op: "done", result: "in the parent" });
  expect(await host.outcome(host.run(["pid"]))).toMatchObject({ op: "done" });
  expect(host.messages.filter(({ op }) => op === "done")).toHaveLength(2);
});

test("a MemoryError is the function's own", async () => {
  const host = await ExecutorHost.start({ app: APP });
  expect(await host.outcome(host.run(["memory"]))).toMatchObject({ op: "error", error: { type: "MemoryError" } });
});

test("code that cannot be loaded again: its calls have died, with the reason, until it can", async () => {
  const host = await ExecutorHost.start({ app: APP });
  expect(await host.outcome(host.run(["break"]))).toMatchObject({ op: "died" });
  expect(await host.outcome(host.run(["pid"]))).toEqual({
    op: "died",
    message: expect.stringMatching(/^the code could not be loaded again\. app cannot be imported\.\n[^]*RuntimeError: no weights$/),
  });
  expect(await host.ping(1)).toBeLessThan(1000);
  const { unlinkSync } = await import("node:fs");
  unlinkSync(join(host.process.folder, "broken"));
  await host.until("a call that runs", () => host.messages.at(-1)!.op === "done" || (host.run(["pid"]), false));
});

test("the processes end with their supervisor, whatever they are doing", async () => {
  const host = await ExecutorHost.start({ app: APP });
  const { result } = (await host.outcome(host.run(["pid"]))) as { result: number };
  const call = host.run(["sleep"]);
  await host.printed(call, "begun");
  host.process.signal("SIGKILL");
  await gone(result);
});

describe("code that cannot be loaded at all", () => {
  test.each([
    ["raises", "raise ValueError('no weights')", /^app cannot be imported\.\nTraceback[^]*ValueError: no weights$/],
    ["is interrupted", "raise KeyboardInterrupt", /KeyboardInterrupt/],
    ["ends its process", "import ctypes; ctypes.string_at(0)", /^app:work could not be loaded: the process was ended by SIGSEGV$/],
    ["has no such name", "def other(): ...", /^handler app:work: app\.py has no work\. Functions in app\.py: other\.$/],
    ["is a generator", "def work(): yield 1", /^handler app:work is a generator \(it yields\)\. A call has one result: return a list/],
    ["is an async generator", "async def work(): yield 1", /^handler app:work is a generator \(it yields\)\. /],
    ["is a class", "class work: ...", /^handler app:work is a class, not a function\. Functions in app\.py: none\.$/],
  ])("%s: the gateway is told, and the executor ends", async (_, app, message) => {
    const host = await ExecutorHost.startProcess({ app });
    await host.listen();
    const failed = await host.until("failed", () => host.messages.find(({ op }) => op === "failed"));
    expect(failed).toMatchObject({ channel: "control", message: expect.stringMatching(message) });
    expect(await host.process.exited).toBe(1);
    expect(host.process.stderr).toContain(`slipway: ${failed.message}\n`);
  });
});

describe("what it needs around it", () => {
  const command = ["-m", "slipway", "serve", "--kind", "calls", "--handler"];

  test("SLIPWAY_EXECUTOR_SOCKET", async () => {
    expect(await run({ args: [...command, "app:work"] })).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(/^slipway: SLIPWAY_EXECUTOR_SOCKET is not set\. Calls come from the gateway/),
    });
  });

  test("a grace that is a number", async () => {
    const env = { SLIPWAY_EXECUTOR_SOCKET: "/nowhere/s", SLIPWAY_GRACE_MS: "5s" };
    expect((await run({ args: [...command, "app:work"], env })).stderr).toBe(
      'slipway: SLIPWAY_GRACE_MS is "5s", which is no number of milliseconds.\n',
    );
  });

  test("a handler of the form module:name", async () => {
    expect((await run({ args: [...command, "app.py:work"] })).stderr).toBe(
      'slipway: --handler "app.py:work" is not of the form module:name. Write "app:work".\n',
    );
  });

  test("no port", async () => {
    const { code, stderr } = await run({ args: [...command, "app:work", "--port", "8000"] });
    expect(code).toBe(2);
    expect(stderr).toContain("--port belongs to the other kinds: calls come over the socket in SLIPWAY_EXECUTOR_SOCKET");
  });
});
