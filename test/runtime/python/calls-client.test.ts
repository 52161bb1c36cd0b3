import { type Answer, type Asked, CallsApi, closeApis, python } from "./calls-api";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses } from "./slipway-process";

const ID = `fc-${"0".repeat(40)}`;
const accepted: Answer = { status: 202, body: { call_id: ID, state: "PENDING" } };
const open: Answer = { status: 202, body: { call_id: ID, state: "RUNNING" } };
const success = (result: unknown): Answer => ({ status: 200, body: { call_id: ID, state: "SUCCESS", result } });
const ended = (state: string, error: object): Answer => ({ status: 200, body: { call_id: ID, state, error } });
const refused = (status: number, code: string, message = "…", headers = {}): Answer => ({
  status,
  headers: { "x-slipway-origin": "gateway", ...headers },
  body: { error: { code, message } },
});

beforeAll(testPython, PYTHON_SETUP_MS);
afterEach(closeApis);
afterAll(removeProcesses);

const wait = ({ path }: Asked) => Number(new URL(path, "http://x").searchParams.get("wait"));

/** Each test's code runs with the verbs that block, and again with those that do not. */
describe.each([
  ["blocking", "def do(verb, *args, **kwargs): return verb(*args, **kwargs)\n"],
  ["with await", "def do(verb, *args, **kwargs): return asyncio.run(verb.aio(*args, **kwargs))\n"],
])("%s", (_, prelude) => {
  async function against(answer: (asked: Asked, index: number) => Answer | Promise<Answer>, code: string) {
    const api = await CallsApi.start(answer);
    const said = await api.python(`${prelude}call = FunctionCall.from_id("${ID}")\n${code}`);
    return { said, asked: api.asked, api };
  }

  test("spawn posts the arguments and returns the call", async () => {
    const { said, asked } = await against(
      () => accepted,
      `say(do(Function.from_name("my app", "train").spawn, 1, "naïve", [None], rate=0.5, self="x").object_id)`,
    );
    expect(said).toEqual([ID]);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({ method: "POST", path: "/v1/functions/my%20app/train/calls" });
    expect(asked[0]!.headers).toMatchObject({ "content-type": "application/json" });
    expect(asked[0]!.headers.authorization).toBeUndefined();
    expect(JSON.parse(asked[0]!.body)).toEqual({ args: [1, "naïve", [null]], kwargs: { rate: 0.5, self: "x" } });
  });

  test("each spawn has a key: the given one, or a new one", async () => {
    const { asked } = await against(
      () => accepted,
      `fn = Function.from_name("a", "b")\ndo(fn.spawn); do(fn.spawn); do(fn.spawn, idempotency_key="order 7"); say(0)`,
    );
    const keys = asked.map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(3);
    expect(keys[2]).toBe("order 7");
    expect(asked[2]!.body).toBe('{"args":[],"kwargs":{}}');
  });

  test("remote waits for the result by long polls", async () => {
    const { said, asked } = await against(
      ({ method }, index) => (method === "POST" ? accepted : index < 3 ? open : success({ rows: [1] })),
      `say(do(Function.from_name("a", "b").remote, 1))`,
    );
    expect(said).toEqual([{ rows: [1] }]);
    expect(asked.slice(1).map(({ method, path }) => [method, path])).toEqual(
      Array(3).fill(["GET", `/v1/calls/${ID}/result?wait=55`]),
    );
  });

  test("get(timeout=0) looks once, and is Python's own TimeoutError while the call is open", async () => {
    const { said, asked } = await against(
      (_, index) => (index ? success(null) : open),
      `
try: do(call.get, timeout=0)
except builtins.TimeoutError as error: say([type(error).__module__, str(error)])
say(do(call.get, timeout=0))
`,
    );
    expect(said).toEqual([["slipway.exceptions", `call ${ID} is still RUNNING`], null]);
    expect(asked.map(wait)).toEqual([0, 0]);
  });

  test("get(timeout=…) waits no longer", async () => {
    const answer = async (asked: Asked) => {
      await new Promise((resolve) => setTimeout(resolve, wait(asked) * 1000));
      return open;
    };
    const { said, asked } = await against(answer, `say(caught(do, call.get, timeout=0.3))`);
    expect(said).toEqual([["TimeoutError", `call ${ID} is still RUNNING`]]);
    expect(asked.map(wait).reduce((sum, each) => sum + each)).toBeLessThanOrEqual(0.31);
  });

  test("status, cancel and get_web_url", async () => {
    const { said, asked } = await against(
      ({ path }) => ({
        status: 200,
        body: path.includes("/functions/")
          ? { app: "a", function: "b", kind: "asgi", url: "https://b.test", urls: ["https://b.test"] }
          : { call_id: ID, state: "RUNNING", cancel_requested: true },
      }),
      `
state = do(call.status)
say([state, state is CallState.RUNNING, do(call.cancel), do(Function.from_name("a", "b", environment="prod").get_web_url)])
`,
    );
    expect(said).toEqual([["RUNNING", true, null, "https://b.test"]]);
    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v1/calls/${ID}`,
      `POST /v1/calls/${ID}/cancel`,
      "GET /v1/functions/a/b?environment=prod",
    ]);
  });

  test("a function that is no web endpoint has no URL", async () => {
    const body = { app: "a", function: "b", kind: "spawn", url: null, urls: [] };
    const { said } = await against(
      () => ({ status: 200, body }),
      `say(caught(do, Function.from_name("a", "b").get_web_url))`,
    );
    expect(said).toEqual([["SlipwayError", "a/b is no web endpoint, so it has no URL"]]);
  });

  describe("a call that failed", () => {
    const failed = (type: string, message: string) => ended("FAILURE", { type, message, traceback: `…\n${type}: no` });

    test.each([
      ["ValueError", "no weights", "ValueError", "no weights"],
      ["FileNotFoundError", "model.bin", "FileNotFoundError", "model.bin"],
      ["KeyError", "'weights'", "KeyError", "'weights'"],
      ["ZeroDivisionError", "division by zero", "ZeroDivisionError", "division by zero"],
    ])("raises the same built-in exception: %s", async (type, message, raised, text) => {
      const { said } = await against(
        () => failed(type, message),
        `
try: do(call.get)
except Exception as error:
    cause = error.__cause__
    say([type(error).__name__, str(error), type(cause).__name__, cause.type, cause.traceback])
`,
      );
      expect(said).toEqual([[raised, text, "RemoteError", type, `…\n${type}: no`]]);
    });

    test.each([
      ["app.OutOfVocabulary", "qwx"],
      ["UnicodeDecodeError", "invalid start byte"],
      // They would end the caller, or look like a call that is still open, or end a loop.
      ["SystemExit", "3"],
      ["KeyboardInterrupt", ""],
      ["TimeoutError", "timed out"],
      ["StopIteration", ""],
      ["print", "no exception at all"],
      ["PoisonCall", "delivered 3 times without an end"],
    ])("raises a RemoteError for others: %s", async (type, message) => {
      const { said } = await against(
        () => failed(type, message),
        `
try: do(call.get)
except RemoteError as error: say([error.type, error.message, error.traceback, str(error).endswith(error.traceback)])
`,
      );
      expect(said).toEqual([[type, message, `…\n${type}: no`, true]]);
    });
  });

  test.each([
    ["TIMEOUT", "FunctionTimeoutError"],
    ["CANCELLED", "CallCancelledError"],
    ["EXPIRED", "QueueTimeoutError"],
  ])("a call that ended as %s raises %s, which is no TimeoutError", async (state, error) => {
    const { said } = await against(
      () => ended(state, { type: "X", message: "why" }),
      `
say(caught(do, call.get))
say(issubclass(${error}, builtins.TimeoutError))
`,
    );
    expect(said).toEqual([[error, "why"], false]);
  });

  test.each([
    [400, "invalid_call", "InvalidCallError"],
    [401, "unauthorized", "UnauthorizedError"],
    [403, "forbidden", "UnauthorizedError"],
    [403, "not_granted", "NotGrantedError"],
    [404, "function_not_found", "NotFoundError"],
    [404, "call_not_found", "NotFoundError"],
    [409, "idempotency_conflict", "ConflictError"],
    [410, "call_expired", "OutputExpiredError"],
    [413, "payload_too_large", "PayloadTooLargeError"],
    [418, "teapot", "SlipwayError"],
  ])("%s %s is a %s, at once", async (status, code, error) => {
    const { said, asked } = await against(() => refused(status, code, "the fix"), `say(caught(do, call.status))`);
    expect(said).toEqual([[error, "the fix"]]);
    expect(asked).toHaveLength(1);
  });

  describe("asks again", () => {
    test.each([
      ["429 too_many_pending", refused(429, "too_many_pending")],
      ["503 calls_unavailable", refused(503, "calls_unavailable")],
      ["502 from a load balancer", { status: 502, body: "<html>" }],
      ["504", { status: 504, body: "" }],
      ["a connection that ends without an answer", "hang up"],
    ] as [string, Answer][])("after %s; a spawn with the same key and body", async (_, answer) => {
      const { said, asked } = await against(
        (_, index) => (index < 2 ? answer : accepted),
        `say(do(Function.from_name("a", "b").spawn, "x").object_id)`,
      );
      expect(said).toEqual([ID]);
      expect(asked).toHaveLength(3);
      expect(new Set(asked.map(({ headers, body }) => headers["idempotency-key"] + body)).size).toBe(1);
    });

    test("not before Retry-After", async () => {
      const times: number[] = [];
      await against((_, index) => {
        times.push(Date.now());
        return index ? success(1) : refused(503, "calls_unavailable", "…", { "retry-after": "1" });
      }, `say(do(call.get))`);
      expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
    });

    test("not where that would take longer than there is", async () => {
      const { said, asked } = await against(
        () => refused(503, "calls_unavailable", "the table is away", { "retry-after": "60" }),
        `say(caught(do, call.status))\nsay(caught(do, call.get, timeout=0))`,
      );
      expect(said).toEqual(Array(2).fill(["UnavailableError", "the table is away"]));
      expect(asked).toHaveLength(2);
    });
  });

  test("large arguments and results pass", async () => {
    const { said } = await against(
      ({ method, body }) => (method === "POST" ? accepted : success("y".repeat(20_000_000 + body.length))),
      `say(len(do(Function.from_name("a", "b").remote, "x" * 20_000_000, ["z" * 1_000_000])))`,
    );
    expect(said).toEqual([20_000_000]);
  });

  test("an argument that is no JSON is told before anything is sent", async () => {
    const { said, asked } = await against(
      () => accepted,
      `
fn = Function.from_name("a", "b")
say(caught(do, fn.spawn, 1, {"when": [sys]}))
say(caught(do, fn.remote, rate=float("nan")))
say(caught(do, fn.spawn, idempotency_key="two\\nlines"))
`,
    );
    expect(said).toEqual([
      [
        "TypeError",
        'args[1]["when"][0] is a module, which JSON does not have; pass a dict, list, string, number, bool or None',
      ],
      ["ValueError", 'kwargs["rate"] is nan, which JSON does not have; pass None'],
      ["ValueError", "idempotency_key is 'two\\nlines'; it has 1 to 256 printable ASCII characters"],
    ]);
    expect(asked).toEqual([]);
  });

  test("a result that a proxy sends in chunks", async () => {
    const { said } = await against(() => {
      const { status, body } = success([1]) as { status: number; body: object };
      return { status, body, headers: { "transfer-encoding": "chunked" } };
    }, `say(do(call.get))`);
    expect(said).toEqual([[1]]);
  });
});

test("one connection serves one request after the other, from any thread, and a closed one is made again", async () => {
  const closed = { connection: "close" };
  const api = await CallsApi.start((_, index) => ({
    ...(success(index) as object),
    status: 200,
    headers: index === 9 ? closed : {},
  }));
  const code = `
from threading import Thread
call = FunctionCall.from_id("${ID}")
def ask(): call.get()
for _ in range(10):
    thread = Thread(target=ask); thread.start(); thread.join()
say(call.get())
`;
  expect(await api.python(code)).toEqual([10]);
  expect(api.connections).toBe(2);
});

test("hundreds of calls are waited for at once, and the event loop goes on meanwhile", async () => {
  let release = () => {};
  const all = new Promise<void>((resolve) => {
    release = resolve;
  });
  const api = await CallsApi.start(async ({ path }, index) => {
    if (index === 299) release();
    await all;
    return success(Number(/\d{3}(?=\/result)/.exec(path)![0]));
  });
  const code = `
async def main():
    ticks = 0
    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep(0.001)
            ticks += 1
    ticking = asyncio.create_task(tick())
    calls = [FunctionCall.from_id("fc-" + "%040d" % n) for n in range(300)]
    results = await FunctionCall.gather.aio(*calls)
    say([results == list(range(300)), ticks > 10])
asyncio.run(main())
`;
  expect(await api.python(code)).toEqual([[true, true]]);
});

test("gather returns results in the order of the calls; the first failure is raised", async () => {
  const api = await CallsApi.start(({ path }) =>
    path.includes("f".repeat(40))
      ? ended("FAILURE", { type: "ValueError", message: "bad" })
      : success(path.slice(13, 14)),
  );
  const calls = ["1", "2", "f"].map((each) => `FunctionCall.from_id("fc-${each.repeat(40)}")`);
  const code = `
one, two, bad = ${calls}
say(FunctionCall.gather(two, one, two))
say(caught(FunctionCall.gather, one, bad))
say(asyncio.run(FunctionCall.gather.aio(two, one)))
say(caught(lambda: asyncio.run(FunctionCall.gather.aio(one, bad))))
say(FunctionCall.gather())
`;
  expect(await api.python(code)).toEqual([
    ["2", "1", "2"],
    ["ValueError", "bad"],
    ["2", "1"],
    ["ValueError", "bad"],
    [],
  ]);
});

describe("where it asks", () => {
  const code = `say(caught(Function.from_name("a", "b").spawn))`;
  const off = { SLIPWAY_CALLS_URL: "", SLIPWAY_URL: "", SLIPWAY_TOKEN: "" };

  test("outside of a task: SLIPWAY_URL, with the token", async () => {
    const api = await CallsApi.start(() => refused(404, "function_not_found", "none"));
    const env = { SLIPWAY_URL: `${api.url}/stage/`, SLIPWAY_TOKEN: "wk-1.ws-2" };
    expect(await api.python(code, env)).toEqual([["NotFoundError", "none"]]);
    expect(api.asked[0]).toMatchObject({
      path: "/stage/_slipway/v1/functions/a/b/calls",
      headers: { authorization: "Bearer wk-1.ws-2" },
    });
  });

  test.each([
    ["404 of the gateway", refused(404, "not_found", "No endpoint has this path.")],
    ["404 of a load balancer", { status: 404, headers: { "content-type": "text/plain" }, body: "Not Found" }],
  ] as [string, Answer][])("an endpoint whose calls are not public is told with the prop: %s", async (_, answer) => {
    const api = await CallsApi.start(() => answer);
    const env = { ...off, SLIPWAY_URL: `${api.url}/stage`, SLIPWAY_TOKEN: "wk-1.ws-2" };
    expect(await api.python(code, env)).toEqual([
      [
        "NotFoundError",
        `there is no public calls API at ${api.url}/stage/. SLIPWAY_URL has to be the whole URL of an endpoint with publicCalls: true.`,
      ],
    ]);
    expect(api.asked).toHaveLength(1);
  });

  test("a 404 of the calls API itself says what is not there", async () => {
    const headers = { "x-request-id": "1" };
    const api = await CallsApi.start(() => refused(404, "not_found", "The calls API has no such path.", headers));
    const env = { ...off, SLIPWAY_URL: api.url, SLIPWAY_TOKEN: "wk-1.ws-2" };
    expect(await api.python(code, env)).toEqual([["SlipwayError", "The calls API has no such path."]]);
  });

  test("a redirect is an error of every verb, also of those that expect no answer", async () => {
    const api = await CallsApi.start(() => ({ status: 301, headers: { location: "https://x.test/" }, body: "" }));
    const env = { ...off, SLIPWAY_URL: api.url, SLIPWAY_TOKEN: "wk-1.ws-2" };
    const cancel = `say(caught(FunctionCall.from_id("${ID}").cancel))`;
    const told = `status 301: ${api.url}/ leads to https://x.test/; set SLIPWAY_URL to where that is`;
    expect(await api.python(`${code}\n${cancel}`, env)).toEqual(Array(2).fill(["SlipwayError", told]));
  });

  test("a token that asks too often is asked to wait, and is no backlog of the function", async () => {
    const api = await CallsApi.start(() => refused(429, "rate_limited", "used up", { "retry-after": "60" }));
    const env = { ...off, SLIPWAY_URL: api.url, SLIPWAY_TOKEN: "wk-1.ws-2" };
    expect(await api.python(code, env)).toEqual([["UnavailableError", "used up"]]);
  });

  test("every name under localhost is this machine, by which name it is asked", async () => {
    const api = await CallsApi.start(() => accepted);
    const { port } = new URL(api.url);
    const env = { ...off, SLIPWAY_URL: `http://acme-web-dev.localhost:${port}/`, SLIPWAY_TOKEN: "wk-1.ws-2" };
    const both =
      'fn = Function.from_name("a", "b")\nsay([fn.spawn().object_id, asyncio.run(fn.spawn.aio()).object_id])';
    expect(await api.python(both, env)).toEqual([[ID, ID]]);
    expect(api.asked.map(({ headers }) => headers.host)).toEqual(Array(2).fill(`acme-web-dev.localhost:${port}`));
  });

  test("a gateway that is still starting is waited for", async () => {
    const { createServer } = await import("node:net");
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    const late = `
import http.server, threading
class Gateway(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        # What is not read becomes a reset, which may overtake the answer.
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(202); self.end_headers(); self.wfile.write(b'{"call_id": "${ID}"}')
    def log_message(self, *args): pass
def start(): http.server.HTTPServer(("127.0.0.1", ${port}), Gateway).handle_request()
threading.Timer(0.5, start).start()
say(Function.from_name("a", "b").spawn().object_id)
`;
    expect(await python(late, { SLIPWAY_CALLS_URL: `http://127.0.0.1:${port}` })).toEqual([ID]);
  });

  test.each([
    [off, /^neither SLIPWAY_CALLS_URL nor SLIPWAY_URL is set\. .* Elsewhere set SLIPWAY_URL to the URL of an endpoint/],
    [
      { ...off, SLIPWAY_URL: "https://x.test" },
      /^SLIPWAY_TOKEN is not set\. Make a token with: npx slipway tokens create$/,
    ],
    [
      { ...off, SLIPWAY_URL: "x.test", SLIPWAY_TOKEN: "t" },
      /^SLIPWAY_URL is "x\.test", which is no http or https URL\.$/,
    ],
    [{ ...off, SLIPWAY_URL: "https://x.test", SLIPWAY_TOKEN: "a\nb" }, /^SLIPWAY_TOKEN is not of the form wk-….ws-…$/],
  ])("%j is told with what to set", async (env, message) => {
    expect(await python(code, env)).toEqual([["SlipwayError", expect.stringMatching(message)]]);
  });
});
