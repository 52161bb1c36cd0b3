import { ExecutorHost, removeHosts } from "./executor-host";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";

const SYNC = `
import asyncio, itertools, os, subprocess, time
from slipway import InputCancellation

count = 0
# These say so within their try.
WITHIN = ("clean up", "reason", "Exception", "checkpoint", "deaf")

def wait():
    print("begun", flush=True)
    time.sleep(3600)

def work(what):
    global count
    count += 1
    if what not in WITHIN: print("begun", flush=True)
    if what == "count": return [os.getpid(), count]
    if what == "sleep": time.sleep(3600)
    if what == "spin":
        while True: pass
    if what == "asyncio": asyncio.run(asyncio.sleep(3600))
    if what == "child program": subprocess.run(["sleep", "3600"])
    if what == "GIL":
        # An endless loop in C, which looks at no signal.
        sum(itertools.repeat(1))
    if what == "clean up":
        try: wait()
        finally: print("cleaned up", flush=True)
    if what == "reason":
        try: wait()
        except InputCancellation as cancelled:
            print(cancelled.reason, flush=True)
            raise ValueError("on the way out")
    if what == "Exception":
        try: wait()
        except Exception: return "swallowed"
    if what == "checkpoint":
        try: wait()
        except InputCancellation: return "as far as it came"
    if what == "deaf":
        while True:
            try: wait()
            except InputCancellation: print("heard", flush=True)
`;

const ASYNC = `
import asyncio, os, time

async def work(what):
    print("begun")
    if what == "pid": return os.getpid()
    if what == "sleep":
        try: await asyncio.sleep(3600)
        except asyncio.CancelledError:
            print("CancelledError")
            raise
    if what == "block": time.sleep(3600)
    if what == "deaf":
        while True:
            try: await asyncio.sleep(3600)
            except asyncio.CancelledError: print("heard")
    if what == "checkpoint":
        try: await asyncio.sleep(3600)
        except asyncio.CancelledError: return "as far as it came"
    if what == "own":
        raise asyncio.CancelledError()
`;

beforeAll(testPython, PYTHON_SETUP_MS);
afterEach(removeHosts);

/** A call that runs. */
async function begun(host: ExecutorHost, what: string): Promise<string> {
  const call = host.run([what]);
  await host.printed(call, "begun");
  return call;
}

describe("a sync function", () => {
  test.each(["sleep", "spin", "asyncio", "child program"])("ends where it is: %s", async (what) => {
    const host = await ExecutorHost.start({ app: SYNC });
    const pid = await host.outcome(host.run(["count"]));
    const call = await begun(host, what);
    host.cancel(call);
    expect(await host.outcome(call)).toEqual({ op: "cancelled" });
    // In the process that it was cancelled in.
    expect(await host.outcome(host.run(["count"]))).toEqual({
      op: "done",
      result: [(pid as { result: number[] }).result[0], 3],
    });
  });

  test("has time to clean up", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    const call = await begun(host, "clean up");
    host.cancel(call);
    expect(await host.outcome(call)).toEqual({ op: "cancelled" });
    expect(host.logs(call)).toEqual(["begun", "cleaned up"]);
  });

  test.each(["cancelled", "timeout", "shutdown"])("knows the reason: %s", async (reason) => {
    const host = await ExecutorHost.start({ app: SYNC });
    const call = await begun(host, "reason");
    host.cancel(call, reason);
    expect(await host.outcome(call)).toEqual({ op: "cancelled" });
    expect(host.logs(call)).toEqual(["begun", reason]);
  });

  test("is not stopped by except Exception", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    const call = await begun(host, "Exception");
    host.cancel(call);
    expect(await host.outcome(call)).toEqual({ op: "cancelled" });
  });

  test("that returns all the same has a result", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    const call = await begun(host, "checkpoint");
    host.cancel(call);
    expect(await host.outcome(call)).toEqual({ op: "done", result: "as far as it came" });
  });

  test.each(["deaf", "GIL"])("that does not end within the grace is killed, and another process goes on: %s", async (what) => {
    const host = await ExecutorHost.start({ app: SYNC, graceMs: 300 });
    const before = (await host.outcome(host.run(["count"]))) as { result: number[] };
    const call = await begun(host, what);
    expect(await host.ping(1)).toBeLessThan(1000);
    host.cancel(call);
    if (what === "deaf") await host.printed(call, "heard");
    expect(await host.ping(2)).toBeLessThan(1000);
    expect(await host.outcome(call)).toEqual({ op: "cancelled" });
    const after = (await host.outcome(host.run(["count"]))) as { result: number[] };
    expect(after.result[1]).toBe(1);
    expect(after.result[0]).not.toBe(before.result[0]);
  });

  test("is cancelled before it begins, in whichever order the two connections are read", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    const first = await begun(host, "sleep");
    const waits = host.run(["sleep"]);
    host.cancel(waits);
    expect(await host.outcome(waits)).toEqual({ op: "cancelled" });
    const early = `fc-${"e".repeat(40)}`;
    host.cancel(early);
    await host.ping(1);
    host.send("data", { op: "run", call: early, attempt: 1, args: ["sleep"], kwargs: {}, deadlineMs: 1 });
    expect(await host.outcome(early)).toEqual({ op: "cancelled" });
    host.cancel(first);
    expect(await host.outcome(first)).toEqual({ op: "cancelled" });
    expect(host.messages.filter(({ op }) => op === "started")).toHaveLength(1);
  });

  test("that has ended is not cancelled, and the next call is not meant", async () => {
    const host = await ExecutorHost.start({ app: SYNC });
    const ended = host.run(["count"]);
    await host.outcome(ended);
    const call = await begun(host, "sleep");
    host.cancel(ended);
    await host.ping(1);
    host.cancel(call);
    expect(await host.outcome(call)).toEqual({ op: "cancelled" });
    expect(host.messages.filter((each) => each.call === ended && each.op === "cancelled")).toEqual([]);
  });

  test("in any of very many cancels at any moment, each call ends once and no other is hit", async () => {
    const host = await ExecutorHost.start({ app: "def work(n): return sum(range(n))\n" });
    for (let n = 0; n < 300; n++) {
      const call = host.run([n * 50]);
      if (n % 2) host.cancel(call);
      const outcome = (await host.outcome(call)) as { op: string };
      expect(n % 2 ? ["done", "cancelled"] : ["done"]).toContain(outcome.op);
    }
  });
});

describe("an async function", () => {
  const many = { app: ASYNC, args: ["--max-inputs", "10"] };

  test("sees asyncio.CancelledError, and the calls beside it nothing", async () => {
    const host = await ExecutorHost.start(many);
    const [one, other] = [await begun(host, "sleep"), await begun(host, "sleep")];
    host.cancel(one);
    expect(await host.outcome(one)).toEqual({ op: "cancelled" });
    expect(host.logs(one)).toEqual(["begun", "CancelledError"]);
    host.cancel(other, "timeout");
    expect(await host.outcome(other)).toEqual({ op: "cancelled" });
  });

  test("that is cancelled before its first step never takes it", async () => {
    const host = await ExecutorHost.start(many);
    const early = `fc-${"a".repeat(40)}`;
    host.cancel(early);
    await host.ping(1);
    host.send("data", { op: "run", call: early, attempt: 1, args: ["sleep"], kwargs: {}, deadlineMs: 1 });
    expect(await host.outcome(early)).toEqual({ op: "cancelled" });
    expect(host.logs(early)).toEqual([]);
  });

  test("that returns all the same has a result", async () => {
    const host = await ExecutorHost.start(many);
    const call = await begun(host, "checkpoint");
    host.cancel(call);
    expect(await host.outcome(call)).toEqual({ op: "done", result: "as far as it came" });
  });

  test("that raises CancelledError by itself has failed", async () => {
    const host = await ExecutorHost.start(many);
    expect(await host.outcome(host.run(["own"]))).toMatchObject({
      op: "error",
      error: { type: "asyncio.exceptions.CancelledError" },
    });
  });

  test.each(["deaf", "block"])(
    "that does not end within the grace (%s) is killed, and the calls beside it are to run again",
    async (what) => {
      const host = await ExecutorHost.start({ ...many, graceMs: 300 });
      const beside = await begun(host, "sleep");
      const call = host.run([what]);
      await host.until("started", () => host.messages.find((each) => each.op === "started" && each.call === call));
      host.cancel(call);
      expect(await host.outcome(call)).toEqual({ op: "cancelled" });
      expect(await host.outcome(beside)).toEqual({
        op: "died",
        message: `the process was ended because another call in it, ${call}, did not end within 0.3 s of its cancellation`,
      });
      expect(await host.outcome(host.run(["pid"]))).toMatchObject({ op: "done" });
    },
  );
});
