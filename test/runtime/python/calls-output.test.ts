import { ExecutorHost, removeHosts } from "./executor-host";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";

const SYNC = `
import ctypes, logging, os, subprocess, sys, time
print("loading")
logging.basicConfig(format="%(message)s")

def work(what):
    if what == "print": print("one"); print("two", end=""); print("three", file=sys.stderr)
    if what == "C": ctypes.CDLL(None).puts(b"from C")
    if what == "program": subprocess.run(["echo", "from a program"])
    if what == "logging": logging.warning("a warning")
    if what == "long": print("x" * 100_000)
    if what == "bytes": sys.stdout.buffer.write(b"\\xff\\n"); sys.stdout.buffer.flush()
    if what == "empty": print(); print("after")
    if what == "flood":
        for n in range(30_000): print("line", n, "of very many that nobody reads", "." * 100)
    if what == "wait": print("begun", flush=True); time.sleep(3600)
`;

const ASYNC = `
import asyncio, os, sys
here = asyncio.Event()
count = 0

async def work(what, many):
    global count
    count += 1
    if count == many: here.set()
    await here.wait()
    for n in range(3):
        print(what, n)
        await asyncio.sleep(0)
    await asyncio.to_thread(print, what, "in a thread")
    await asyncio.create_task(task(what))
    if what == "fd": os.write(1, b"whose is this\\n")
    print(what, "has no end", end="", file=sys.stderr)

async def task(what): print(what, "in a task")
`;

beforeAll(testPython, PYTHON_SETUP_MS);
afterEach(removeHosts);

describe("what a call prints", () => {
  test("comes line by line with the call's id, before its end, and the same on the executor's own output", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    const call = host.run(["print"]);
    await host.outcome(call);
    const said = host.messages.filter((each) => each.call === call);
    const lines = said.map(({ op, stream, line }) => (op === "log" ? `${stream}: ${line}` : op));
    expect([...lines].sort()).toEqual(["done", "started", "stderr: three", "stdout: one", "stdout: two"]);
    expect([lines[0], lines.at(-1)]).toEqual(["started", "done"]);
    await host.process.until("its output", () => host.process.stdout.includes("two"));
    expect(host.process.stdout).toContain(`[${call} #1] one\n[${call} #1] two\n`);
    await host.process.until("its output", () => host.process.stderr === `[${call} #1] three\n`);
  });

  test.each([
    ["C", "from C"],
    ["program", "from a program"],
    ["logging", "a warning"],
    ["bytes", "\ufffd"],
  ])("is caught below Python too: %s", async (what, line) => {
    const host = await ExecutorHost.start({ app: SYNC });
    const call = host.run([what]);
    await host.outcome(call);
    expect(host.logs(call)).toEqual([line]);
  });

  test("keeps empty lines, and is cut at 64 KiB", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    const [empty, long] = [host.run(["empty"]), host.run(["long"])];
    await host.outcome(long);
    expect(host.logs(empty)).toEqual(["", "after"]);
    expect(host.logs(long).map((line) => line.length)).toEqual([65_536, 100_000 - 65_536]);
  });

  test("is nobody's while the code loads", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    await host.process.until("what the module prints", () => /^loading$/m.test(host.process.stdout));
    expect(host.messages.filter(({ op }) => op === "log")).toEqual([]);
  });

  test("keeps no ping and no result waiting, however much it is and although the gateway reads none of it", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    const data = host.pairs.at(-1)!.data!;
    data.pause();
    const call = host.run(["flood"]);
    for (let n = 0; n < 20; n++) expect(await host.ping(n)).toBeLessThan(1000);
    await host.process.until("all of its output", () => host.process.stdout.slice(-500).includes("line 29999 "));
    data.resume();
    expect(await host.outcome(call)).toEqual({ op: "done", result: null });
    const lines = host.logs(call);
    expect(lines.length).toBeLessThan(30_000);
    // The next line says that some are missing.
    const next = host.run(["print"]);
    await host.outcome(next);
    expect(host.logs(next)[0]).toMatch(/^slipway: \d+ lines were left out here/);
  });
});

test("each call of an async function has its own lines: from tasks and threads too, not from below Python", async () => {
  const host = await ExecutorHost.start({ app: ASYNC, args: ["--max-inputs", "3"] });
  const calls = ["a", "b", "fd"].map((what) => host.run([what, 3]));
  for (const [index, what] of ["a", "b", "fd"].entries()) {
    expect(await host.outcome(calls[index]!)).toEqual({ op: "done", result: null });
    const own = ["0", "1", "2", "in a thread", "in a task", "has no end"].map((rest) => `${what} ${rest}`);
    expect(host.logs(calls[index]!).filter((line) => line !== "whose is this")).toEqual(own);
  }
  await host.process.until("all of it", () => host.process.stdout.includes("whose is this"));
});
