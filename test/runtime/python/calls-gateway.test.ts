import { ExecutorHost, removeHosts } from "./executor-host";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { SlipwayProcess } from "./slipway-process";

const APP = `
import os, time

def work(what):
    print("begun", flush=True)
    if what == "pid": return os.getpid()
    if what == "sleep": time.sleep(3600)
    if what == "until":
        while not os.path.exists("go"): time.sleep(0.01)
        return "went"
`;

const TOGETHER = `
import asyncio
count, all_here = 0, asyncio.Event()

async def work(many):
    global count
    count += 1
    if count == many: all_here.set()
    await all_here.wait()
    return count
`;

beforeAll(testPython, PYTHON_SETUP_MS);
afterEach(removeHosts);

async function begun(host: ExecutorHost, what: string): Promise<string> {
  const call = host.run([what]);
  await host.printed(call, "begun");
  return call;
}

async function go(host: ExecutorHost): Promise<void> {
  const { writeFileSync } = await import("node:fs");
  writeFileSync(`${host.process.folder}/go`, "");
}

describe("the connections", () => {
  test("are made as soon as the gateway is there, and say hello before all else", async () => {
    const host = await ExecutorHost.startProcess({ app: APP });
    await host.process.until("its ready line", () =>
      host.process.stdout.includes("app:work runs calls, 1 call at a time"),
    );
    await host.listen();
    await host.ready();
    for (const channel of ["control", "data"]) {
      const [first] = host.messages.filter((each) => each.channel === channel);
      expect(first).toEqual({ op: "hello", channel, protocol: 1 });
    }
    expect(host.messages.find(({ op }) => op === "ready")).toEqual({ op: "ready", channel: "control", protocol: 1 });
  });

  test.each([
    ["no JSON", "data", "{"],
    ["no object", "control", "[1]"],
    ["an unknown op", "control", '{"op":"explode"}'],
    ["a call on control", "control", '{"op":"run","call":"fc-1","attempt":1,"args":[],"kwargs":{}}'],
    ["no arguments", "data", '{"op":"run","call":"fc-1","attempt":1}'],
    ["a call's id that is a path", "data", '{"op":"run","call":"../x","attempt":1,"args":[],"kwargs":{}}'],
    ["an attempt that is no number", "data", '{"op":"run","call":"fc-1","attempt":"1","args":[],"kwargs":{}}'],
    ["an unknown reason", "control", '{"op":"cancel","call":"fc-1","attempt":1,"reason":"boredom"}'],
    ["a line of more than 1 MiB", "data", `{"op":"run","call":"${"x".repeat(1024 * 1024)}`],
  ] as const)("are closed on %s, and made again", async (_, channel, line) => {
    const host = await ExecutorHost.start({ app: APP });
    host.send(channel, line);
    await host.ready(2);
    expect(host.pairs).toHaveLength(2);
    expect(await host.outcome(host.run(["pid"]))).toMatchObject({ op: "done" });
    expect(host.process.stderr).toContain("slipway: the connection to the gateway is closed: ");
  });

  test("that are lost take their calls with them: nobody could hear how they end", async () => {
    const host = await ExecutorHost.start({ app: APP });
    const lost = await begun(host, "sleep");
    host.disconnect();
    await host.ready(2);
    expect(await host.outcome(host.run(["pid"]))).toMatchObject({ op: "done" });
    expect(host.messages.filter((each) => each.call === lost && each.op === "cancelled")).toEqual([]);
  });

  test("are both lost when one is", async () => {
    const host = await ExecutorHost.start({ app: APP });
    const { control, data } = host.pairs.at(-1)!;
    control!.destroy();
    await host.until("the end of the other", () => data!.destroyed);
  });
});

describe("how many run at once", () => {
  test("a sync function has a process for each call, up to --max-inputs; the rest wait", async () => {
    const host = await ExecutorHost.start({ app: APP, args: ["--max-inputs", "3"] });
    const three = [await begun(host, "until"), await begun(host, "until"), await begun(host, "until")];
    const fourth = host.run(["pid"]);
    await host.ping(1);
    expect(host.messages.filter(({ op }) => op === "started")).toHaveLength(3);
    await go(host);
    for (const call of three) expect(await host.outcome(call)).toEqual({ op: "done", result: "went" });
    expect(await host.outcome(fourth)).toMatchObject({ op: "done" });
  });

  test("an async function runs them on one loop", async () => {
    const host = await ExecutorHost.start({ app: TOGETHER, args: ["--max-inputs", "100"] });
    const calls = Array.from({ length: 100 }, () => host.run([100]));
    for (const call of calls) expect(await host.outcome(call)).toEqual({ op: "done", result: 100 });
  });
});

describe("the end", () => {
  test("drain: what runs, or was sent before, goes on to its end; then the executor exits with 0", async () => {
    const host = await ExecutorHost.start({ app: APP });
    const [running, sent] = [await begun(host, "until"), host.run(["until"])];
    host.send("control", { op: "drain" });
    expect(await host.ping(1)).toBeLessThan(1000);
    await go(host);
    expect(await host.outcome(running)).toEqual({ op: "done", result: "went" });
    expect(await host.outcome(sent)).toEqual({ op: "done", result: "went" });
    expect(await host.process.exited).toBe(0);
  });

  test.each(["SIGTERM", "SIGINT"] as const)("%s: the same", async (signal) => {
    const host = await ExecutorHost.start({ app: APP });
    const running = await begun(host, "until");
    host.process.signal(signal);
    expect(await host.ping(1)).toBeLessThan(1000);
    await go(host);
    expect(await host.outcome(running)).toEqual({ op: "done", result: "went" });
    expect(await host.process.exited).toBe(0);
  });

  test("SIGTERM while a gateway is still awaited", async () => {
    const host = await ExecutorHost.startProcess({ app: APP });
    await host.process.until("its ready line", () => host.process.stdout.includes("runs calls"));
    host.process.signal("SIGTERM");
    expect(await host.process.exited).toBe(0);
  });

  test("SIGTERM and then the end of the gateway, as ECS stops a task: the calls are cancelled, and it exits with 0", async () => {
    const host = await ExecutorHost.start({ app: APP });
    await begun(host, "sleep");
    host.process.signal("SIGTERM");
    expect(await host.ping(1)).toBeLessThan(1000);
    host.disconnect();
    expect(await host.process.exited).toBe(0);
  });

  test("an idle executor that is drained exits at once, and lets the code's exit handlers run", async () => {
    const app = `import atexit\natexit.register(print, "bye", flush=True)\n${APP}`;
    const host = await ExecutorHost.start({ app });
    await host.outcome(host.run(["pid"]));
    host.send("control", { op: "drain" });
    expect(await host.process.exited).toBe(0);
    expect(host.process.stdout).toMatch(/^bye$/m);
  });

  test("a gateway that goes while the last words are on their way to it leaves no traceback", async () => {
    // The moment cannot be met from outside.
    const code = `
import asyncio
from slipway.executor.supervisor import Supervisor
from slipway.handler import Handler

class Leaving:
    async def flush(self): supervisor._lose(self, None)
    def close(self): print("closed")
    def read_data_now(self): pass

async def main():
    global supervisor
    supervisor._session = Leaving()
    asyncio.get_running_loop().call_later(0.1, supervisor._terminate)
    await supervisor.run()

supervisor = Supervisor(Handler.parse("app:work"), "/nowhere/executor.sock", 1, 1.0)
asyncio.run(main())
`;
    const process = await SlipwayProcess.start({ files: { "app.py": APP }, args: ["-c", code] });
    expect([await process.exited, process.stderr]).toEqual([0, ""]);
    expect(process.stdout).toMatch(/^closed$/m);
    await process.remove();
  });
});
