import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isOpen } from "./connections";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses, run, type Serving, serveKind } from "./slipway-process";

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(removeProcesses);

const serve = (app: string, handler = "app:app") => serveKind("asgi", { "app.py": app }, handler);

/** An app without a framework, and things that are or make one. */
const PLAIN = `
from functools import partial

async def answer(send, body):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})

async def app(scope, receive, send):
    assert scope["type"] == "http"
    await answer(send, b"function")

async def other_names(s, r, w):
    await app(s, r, w)

def returns_awaitable(scope, receive, send):
    return app(scope, receive, send)

class App:
    def __init__(self, name=b"object"):
        self.name = name
    async def __call__(self, scope, receive, send):
        assert scope["type"] == "http"
        await answer(send, self.name)

class Awaitable:
    def __init__(self, scope, receive, send):
        assert scope["type"] == "http"
        self.send = send
    def __await__(self):
        return answer(self.send, b"class").__await__()

async def forwarding(*args):
    await app(*args)

instance = App()
class Middleware:
    def __call__(self, *args, **kwargs):
        return instance(*args, **kwargs)
middleware = Middleware()

def create_app(scope=b"factory", debug=False, extra=None):
    return App(scope)

create_test_app = partial(create_app, b"partial")

async def takes_no_lifespan(scope, receive, send):
    await receive()
    await answer(send, b"no lifespan")
`;

test.each([
  ["an async function", "app", "function"],
  ["an async function with names of its own", "other_names", "function"],
  ["a function that returns what an async one does", "returns_awaitable", "function"],
  ["an async function that passes on whatever it gets", "forwarding", "function"],
  ["an object", "instance", "object"],
  ["an object that passes on whatever it gets", "middleware", "object"],
  ["a class whose instances are awaited", "Awaitable", "class"],
  ["a class that makes an app when called with nothing", "App", "object"],
  ["a factory, even one that could be called with three arguments", "create_app", "factory"],
  ["a factory with arguments filled in", "create_test_app", "partial"],
  ["an app that answers its startup as if it were a request", "takes_no_lifespan", "no lifespan"],
])("%s is served", async (_, name, body) => {
  const { url, process } = await serve(PLAIN, `app:${name}`);
  expect(await (await fetch(url)).text()).toBe(body);
  expect(process.stdout).toBe(`slipway: app:${name} answers on ${url}\n`);
  expect(process.stderr).toBe("");
});

const FASTAPI = `
import asyncio
from contextlib import asynccontextmanager
from pathlib import Path
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse

@asynccontextmanager
async def lifespan(app):
    print("startup")
    yield {"model": "loaded"}
    print("shutdown")

app = FastAPI(lifespan=lifespan)
acknowledged = asyncio.Semaphore(0)

@app.get("/where")
async def where(request: Request):
    return {
        "own": str(request.url_for("where")),
        "client": request.client.host,
        "scheme": request.url.scheme,
        "state": request.state.model,
    }

@app.post("/acknowledge")
async def acknowledge():
    acknowledged.release()

@app.get("/events")
async def events():
    async def each():
        for n in range(3):
            yield f"data: {n}\\n\\n"
            await acknowledged.acquire()
    return StreamingResponse(each(), media_type="text/event-stream")

@app.get("/endless")
async def endless():
    async def each():
        try:
            yield "begun"
            await asyncio.Event().wait()
        finally:
            print("client gone")
    return StreamingResponse(each())

@app.get("/slow")
async def slow():
    print("working")
    while not Path("go").exists():
        await asyncio.sleep(0.01)
    print("finished")
    return "done"

@app.websocket("/echo")
async def echo(socket: WebSocket):
    await socket.accept(subprotocol="chat" if "chat" in socket.scope["subprotocols"] else None)
    await socket.send_json({"url": str(socket.url), "root": socket.scope["root_path"], "client": socket.client.host})
    async for text in socket.iter_text():
        if text == "close":
            await socket.close(4001, "as asked")
            return
        if text == "fail":
            raise ValueError("no such thing")
        await socket.send_text(text)
`;

const PREFIXED = {
  "X-Forwarded-Prefix": "/acme-api",
  "X-Forwarded-For": "203.0.113.7",
  "X-Forwarded-Proto": "https",
};

describe("a FastAPI app", () => {
  let serving: Serving;
  beforeAll(async () => {
    serving = await serve(FASTAPI);
  });

  test("starts before it takes requests, and what its startup made is in their state", async () => {
    expect(serving.process.stdout).toMatch(/^startup\nslipway: app:app answers on/);
    expect(await (await fetch(`${serving.url}/where`)).json()).toEqual({
      own: `${serving.url}/where`,
      client: "127.0.0.1",
      scheme: "http",
      state: "loaded",
    });
  });

  test("builds its URLs with the prefix, scheme and client that the gateway forwards", async () => {
    const host = new URL(serving.url).host;
    expect(await (await fetch(`${serving.url}/where`, { headers: PREFIXED })).json()).toMatchObject({
      own: `https://${host}/acme-api/where`,
      client: "203.0.113.7",
      scheme: "https",
    });
    expect(await (await fetch(`${serving.url}/docs`, { headers: PREFIXED })).text()).toContain(
      "'/acme-api/openapi.json'",
    );
  });

  test("gets no CORS headers that it did not set itself", async () => {
    const response = await fetch(`${serving.url}/where`, { headers: { Origin: "https://example.com" } });
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("streams: each event is read before the next one is sent", async () => {
    const reader = (await fetch(`${serving.url}/events`)).body!.pipeThrough(new TextDecoderStream()).getReader();
    for (const n of [0, 1, 2]) {
      expect((await reader.read()).value).toBe(`data: ${n}\n\n`);
      await fetch(`${serving.url}/acknowledge`, { method: "POST" });
    }
    expect((await reader.read()).done).toBe(true);
  });

  test("is told when its client leaves", async () => {
    const leaving = new AbortController();
    const response = await fetch(`${serving.url}/endless`, { signal: leaving.signal });
    await response.body!.getReader().read();
    leaving.abort();
    await serving.process.until("the end of its work", () => serving.process.stdout.includes("client gone"));
  });

  describe("over a WebSocket", () => {
    /** Runs the body in an independent client's connection; what it prints comes back as JSON. */
    const talk = async (body: string, path = "/echo") => {
      const code = `
import json
from websockets.sync.client import connect
from websockets.exceptions import ConnectionClosed

with connect(${JSON.stringify(`ws://127.0.0.1:${serving.port}${path}`)}, subprotocols=["chat"],
             additional_headers=${JSON.stringify(PREFIXED)}, max_size=None) as socket:
    hello = json.loads(socket.recv())
    def last():
        try:
            while True: socket.recv()
        except ConnectionClosed as closed:
            return [closed.rcvd.code, closed.rcvd.reason] if closed.rcvd else None
    ${body}
`;
      const { stdout, stderr } = await run({ args: ["-c", code] });
      if (stdout === "") throw new Error(stderr);
      return JSON.parse(stdout);
    };

    test("it has the prefix and client that the gateway forwards, and the subprotocol it chose", async () => {
      expect(await talk("print(json.dumps([hello, socket.subprotocol]))")).toEqual([
        { url: `wss://127.0.0.1:${serving.port}/acme-api/echo`, root: "/acme-api", client: "203.0.113.7" },
        "chat",
      ]);
    });

    test("it echoes a short message, one of 2 MiB and one in fragments", async () => {
      const echoed = await talk(`
    lengths = []
    for message in ("hello", "x" * 2 * 1024 * 1024, ["a", "b", "c"]):
        socket.send(message)
        lengths.append(socket.recv() == "".join(message))
    print(json.dumps(lengths))`);
      expect(echoed).toEqual([true, true, true]);
    });

    test("its close code and reason reach the client", async () => {
      expect(await talk('socket.send("close"); print(json.dumps(last()))')).toEqual([4001, "as asked"]);
    });

    test("an exception closes it with 1011 and is logged from the user's frame on", async () => {
      const { process } = serving;
      expect(await talk('socket.send("fail"); print(json.dumps(last()[0]))')).toBe(1011);
      await process.until("the error", () => process.stderr.includes("ValueError: no such thing"));
      expect(process.stderr).toMatch(
        /^ERROR: WebSocket \/acme-api\/echo failed\nTraceback \(most recent call last\):\n {2}File ".*\/app\.py", line \d+, in echo\n/,
      );
    });
  });
});

test("SIGTERM lets the request in flight finish, then runs the app's shutdown, and ends with exit code 0", async () => {
  const { url, port, process } = await serve(FASTAPI);
  const response = fetch(`${url}/slow`);
  await process.until("the request", () => process.stdout.includes("working"));
  process.signal("SIGTERM");
  while (await isOpen(port));
  expect(existsSync(join(process.folder, "go"))).toBe(false);
  writeFileSync(join(process.folder, "go"), "");
  expect(await (await response).json()).toBe("done");
  expect(await process.exited).toBe(0);
  expect(process.stdout.split("\n")).toEqual([
    "startup",
    expect.stringMatching(/^slipway: /),
    "working",
    "finished",
    "shutdown",
    "",
  ]);
  expect(process.stderr).toBe("");
});

test("a request that fails in the middle of its answer is logged, and only its connection ends", async () => {
  const app = `
async def app(scope, receive, send):
    assert scope["type"] == "http"
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half", "more_body": True})
    if scope["path"] == "/fail":
        raise ValueError("no rest")
    await send({"type": "http.response.body", "body": b" and half"})
`;
  const { url, process } = await serve(app);
  await expect(fetch(`${url}/fail`).then((response) => response.text())).rejects.toThrow();
  expect(await (await fetch(url)).text()).toBe("half and half");
  await process.until("the error", () => process.stderr.includes("ValueError: no rest"));
});

test("a Starlette app behind a factory is served", async () => {
  const app = `
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

def create_app():
    async def home(request):
        return PlainTextResponse(str(request.url_for("home")))
    return Starlette(routes=[Route("/", home)])
`;
  const { url } = await serve(app, "app:create_app");
  expect(await (await fetch(url, { headers: { "X-Forwarded-Prefix": "/acme-api" } })).text()).toBe(`${url}/acme-api/`);
});

test("a Django project, which has no lifespan, is served with its links below the prefix", async () => {
  const app = `
from django.conf import settings
settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="test")

from django.core.asgi import get_asgi_application
from django.http import JsonResponse
from django.urls import path, reverse

async def page(request, number):
    return JsonResponse({"own": reverse("page", args=[number]), "url": request.build_absolute_uri(), "client": request.META["REMOTE_ADDR"]})

urlpatterns = [path("pages/<int:number>/", page, name="page")]
application = get_asgi_application()
`;
  const { url, process } = await serve(app, "app:application");
  expect(await (await fetch(`${url}/pages/7/`)).json()).toMatchObject({ own: "/pages/7/", url: `${url}/pages/7/` });
  expect(await (await fetch(`${url}/pages/7/`, { headers: PREFIXED })).json()).toEqual({
    own: "/acme-api/pages/7/",
    url: `https://${new URL(url).host}/acme-api/pages/7/`,
    client: "203.0.113.7",
  });
  expect(process.stderr).toBe("");
});
