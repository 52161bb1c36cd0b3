import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses, serve, serveKind } from "./slipway-process";

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(removeProcesses);

/** Counts itself in and out; `/wait` lasts until `/go` was asked for, `/most` answers how many were in at the most. */
const COUNTING = `
import asyncio

count = most = 0
gone = asyncio.Event()

async def answer(send, text):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(text).encode()})

async def app(scope, receive, send):
    global count, most
    if scope["type"] != "http":
        return
    count += 1
    most = max(most, count)
    try:
        if scope["path"] == "/deaf":
            # Does not listen for its client's leaving, as a sync function in a thread does not.
            while (await receive())["type"] != "http.disconnect":
                pass
            gone.set()
            for _ in range(50):
                await asyncio.sleep(0.01)
        await answer(send, most)
    finally:
        count -= 1
    if scope["path"] == "/after":
        await asyncio.sleep(3600)
`;

test("a request whose client left keeps its place until the app is done with it", async () => {
  const { url } = await serveKind("asgi", { "app.py": COUNTING }, "app:app", ["--max-inputs", "1"]);
  const leaving = new AbortController();
  const left = fetch(`${url}/deaf`, { signal: leaving.signal }).catch(() => "left");
  const next = fetch(url).then((answer) => answer.text());
  leaving.abort();
  expect(await left).toBe("left");
  expect(await next).toBe("1");
});

test("what an app does after its answer keeps nobody waiting", async () => {
  const { url } = await serveKind("asgi", { "app.py": COUNTING }, "app:app", ["--max-inputs", "1"]);
  expect(await (await fetch(`${url}/after`)).text()).toBe("1");
  expect(await (await fetch(url)).text()).toBe("1");
});

test("a sync function runs as many times at once as it may, beyond the 40 threads that FastAPI has by itself", async () => {
  const app = `
from threading import Barrier
together = Barrier(60, timeout=20)

def meet():
    together.wait()
    return "met"
`;
  const { url } = await serve(app, "app:meet", ["--max-inputs", "60"]);
  const answers = await Promise.all(Array.from({ length: 60 }, () => fetch(url).then((answer) => answer.json())));
  expect(new Set(answers)).toEqual(new Set(["met"]));
});

test("a function has its process to itself unless it is told otherwise", async () => {
  const app = `
import asyncio
count = 0

async def count_in():
    global count
    count += 1
    seen = count
    await asyncio.sleep(0.02)
    count -= 1
    return seen
`;
  const { url } = await serve(app, "app:count_in");
  const answers = await Promise.all(Array.from({ length: 5 }, () => fetch(url).then((answer) => answer.json())));
  expect(answers).toEqual([1, 1, 1, 1, 1]);
});
