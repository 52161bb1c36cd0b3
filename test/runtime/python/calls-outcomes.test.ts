import { readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ExecutorHost, type Message, removeHosts } from "./executor-host";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";

const APP = `
import asyncio, dataclasses, datetime, decimal, sys, threading, uuid
from slipway import current_attempt, current_function_call_id

class OutOfVocabulary(Exception): ...

class Silent(Exception):
    def __str__(self): raise RuntimeError("no words")

@dataclasses.dataclass
class Point: x: int

VALUES = {
    "nothing": lambda: None,
    "json": lambda: {"text": "naïve 🚢", "list": [1, 2.5, None, True], "tuple": (1, 2), 3: 4},
    "half a surrogate pair": lambda: "\\ud83d",
    "large": lambda: "x" * 70_000,
    "datetime": lambda: {"rows": [0, 1, 2, datetime.datetime(2026, 1, 1)]},
    "nan": lambda: {"loss": [float("nan")]},
    "infinite": lambda: float("-inf"),
    "bytes": lambda: [b"abc"],
    "set": lambda: {"tags": {1}},
    "dataclass": lambda: Point(1),
    "decimal": lambda: decimal.Decimal("1.5"),
    "uuid": lambda: uuid.UUID(int=0),
    "key": lambda: {"a": {(1, 2): 3}},
    "loop": lambda: LOOP,
    "generator": lambda: (each for each in "abc"),
}
LOOP = []
LOOP.append(LOOP)

def inner(kind): raise OutOfVocabulary(f"{kind} is no word")

def chained():
    try:
        {}["weights"]
    except KeyError as error:
        raise RuntimeError("no model") from error

def work(what, *args, **kwargs):
    if what in VALUES: return VALUES[what]()
    if what == "echo": return {"args": args, "kwargs": kwargs}
    if what == "length": return len(args[0])
    if what == "raise": inner(args[0])
    if what == "chain": chained()
    if what == "silent": raise Silent()
    if what == "exit": sys.exit(3)
    if what == "huge": raise ValueError("\\n" * 100_000)
    if what == "coroutine": return asyncio.sleep(0)
    if what == "main thread": return threading.current_thread() is threading.main_thread()
    if what == "who": return [current_function_call_id(), current_attempt(), *in_thread()]

def in_thread():
    seen = []
    thread = threading.Thread(target=lambda: seen.extend([current_function_call_id(), current_attempt()]))
    thread.start(); thread.join()
    return seen

def strict(a, *, b): return a
`;

let host: ExecutorHost;

beforeAll(testPython, PYTHON_SETUP_MS);
beforeAll(async () => {
  host = await ExecutorHost.start({ app: APP });
});
afterAll(removeHosts);

async function result(...args: unknown[]): Promise<unknown> {
  return ((await host.outcome(host.run(args))) as Message).result;
}

async function error(...args: unknown[]): Promise<NonNullable<Message["error"]>> {
  const outcome = await host.outcome(host.run(args));
  expect(outcome).toMatchObject({ op: "error" });
  return (outcome as Message).error!;
}

test("a call is said to be started, and then to be done, with its result", async () => {
  const call = host.run(["echo", 1, [2]], { three: { four: null } });
  expect(await host.outcome(call)).toEqual({
    op: "done",
    result: { args: [1, [2]], kwargs: { three: { four: null } } },
  });
  const said = host.messages.filter((each) => each.call === call);
  expect(said.map(({ op, channel, attempt }) => [op, channel, attempt])).toEqual([
    ["started", "data", 1],
    ["done", "data", 1],
  ]);
});

test("a function that returns nothing has the result null", async () => {
  expect(await host.outcome(host.run(["nothing"]))).toEqual({ op: "done", result: null });
});

test("a result is what json makes of it", async () => {
  expect(await result("json")).toEqual({ text: "naïve 🚢", list: [1, 2.5, null, true], tuple: [1, 2], "3": 4 });
  expect(await result("half a surrogate pair")).toBe("\ud83d");
});

test("a function runs on the main thread, where signals work", async () => {
  expect(await result("main thread")).toBe(true);
});

test("a function knows its call and its attempt, also in a thread that it starts", async () => {
  const call = host.run(["who"], {}, { attempt: 3 });
  expect(await host.outcome(call)).toEqual({ op: "done", result: [call, 3, call, 3] });
});

test("a large result is in a file beside the socket, which everybody may read", async () => {
  const call = host.run(["large"]);
  const { op, file } = (await host.outcome(call)) as Message;
  expect({ op, file }).toEqual({ op: "done", file: join(dirname(host.socketPath), `${call}-1.out`) });
  expect(JSON.parse(readFileSync(file!, "utf8"))).toBe("x".repeat(70_000));
  expect((statSync(file!).mode & 0o777).toString(8)).toBe("644");
});

test("large arguments are read from the file that the gateway names", async () => {
  const file = join(host.folder, "arguments");
  writeFileSync(file, JSON.stringify({ args: ["length", "x".repeat(3_000_000)], kwargs: {} }));
  const call = host.run([], {}, { file, args: undefined, kwargs: undefined });
  expect(await host.outcome(call)).toEqual({ op: "done", result: 3_000_000 });
});

test("arguments that cannot be read are no fault of the function's: the gateway runs the call again", async () => {
  const file = join(host.folder, "missing");
  expect(await host.outcome(host.run([], {}, { file, args: undefined, kwargs: undefined }))).toMatchObject({
    op: "died",
    message: expect.stringMatching(/^the arguments could not be read: .*No such file/),
  });
});

test.each([
  ["what is no JSON", "{", /^the arguments are no JSON: /],
  ["JSON without end", "[".repeat(100_000), /^the arguments are no JSON: /],
  ["a list", "[]", /^the arguments are not of the form of arguments$/],
  ["kwargs that are none", '{"args":[],"kwargs":[1]}', /^the arguments are not of the form of arguments$/],
])("large arguments are the caller's error where they are %s", async (_, content, message) => {
  const file = join(host.folder, "odd");
  writeFileSync(file, content);
  expect(await host.outcome(host.run([], {}, { file, args: undefined, kwargs: undefined }))).toEqual({
    op: "error",
    error: { type: "InvalidCall", message: expect.stringMatching(message), traceback: "" },
  });
});

describe("a result that is no JSON is told with its place and what to return instead", () => {
  test.each([
    ["datetime", "TypeError", 'result["rows"][3] is a datetime, which JSON does not have; return its isoformat()'],
    ["nan", "ValueError", 'result["loss"][0] is nan, which JSON does not have; return None'],
    ["infinite", "ValueError", "result is -inf, which JSON does not have; return None"],
    [
      "bytes",
      "TypeError",
      "result[0] is a bytes, which JSON does not have; return base64.b64encode(it).decode(), or the name of a file or object that holds it",
    ],
    ["set", "TypeError", 'result["tags"] is a set, which JSON does not have; return sorted(it) or list(it)'],
    ["dataclass", "TypeError", "result is an app.Point, which JSON does not have; return dataclasses.asdict(it)"],
    ["decimal", "TypeError", "result is a Decimal, which JSON does not have; return its value as a string or float"],
    ["uuid", "TypeError", "result is a UUID, which JSON does not have; return str(it)"],
    ["key", "TypeError", 'result["a"] has a key that is a tuple; JSON\'s keys are strings'],
    ["loop", "ValueError", "result[0] contains itself, which JSON cannot"],
    ["generator", "TypeError", "result is a generator, which JSON does not have; return list(it)"],
    ["coroutine", "TypeError", "result is a coroutine, which JSON does not have; await it"],
  ])("%s", async (what, type, message) => {
    expect(await error(what)).toMatchObject({ type, message });
  });
});

describe("an exception", () => {
  test("has its type as its module names it, its message, and the user's own frames", async () => {
    const { type, message, traceback } = await error("raise", "qwx");
    expect({ type, message }).toEqual({ type: "app.OutOfVocabulary", message: "qwx is no word" });
    expect(traceback.match(/File ".*", line \d+, in \w+/g)!.map((each) => each.replace(/.*in /, ""))).toEqual([
      "work",
      "inner",
    ]);
    expect(traceback).toMatch(/\napp\.OutOfVocabulary: qwx is no word$/);
  });

  test("keeps those that led to it", async () => {
    const { type, traceback } = await error("chain");
    expect(type).toBe("RuntimeError");
    expect(traceback).toMatch(/KeyError: 'weights'\n\nThe above exception was the direct cause/);
  });

  test("of arguments that the function does not take is a TypeError in Python's words", async () => {
    const call = host.run(["echo"], { what: 1 });
    expect(await host.outcome(call)).toMatchObject({
      op: "error",
      error: { type: "TypeError", message: "work() got multiple values for argument 'what'" },
    });
  });

  test("that cannot be shown does not hide that there was one", async () => {
    expect(await error("silent")).toMatchObject({ type: "app.Silent", message: "<not to be shown: RuntimeError>" });
  });

  test("is cut to 32 KiB", async () => {
    const large = await error("huge");
    expect(JSON.stringify(large).length).toBeLessThanOrEqual(32 * 1024);
    expect(large.message).toMatch(/… \d+ characters left out …/);
  });

  test("of sys.exit is an error like others, and the process goes on", async () => {
    expect(await error("exit")).toMatchObject({ type: "SystemExit", message: "3" });
    expect(await result("echo")).toEqual({ args: [], kwargs: {} });
  });
});
