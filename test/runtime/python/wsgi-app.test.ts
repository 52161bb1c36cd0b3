import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { isOpen } from "./connections";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses, type Serving, serveKind } from "./slipway-process";

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(removeProcesses);

const serve = (app: string, handler = "app:app", args: string[] = []) =>
  serveKind("wsgi", { "app.py": app }, handler, args);

/** An app without a framework, and things that are or make one. */
const PLAIN = `
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"function"]

def short(env, start):
    return app(env, start)

class App:
    def __call__(self, environ, start_response):
        start_response("200 OK", [])
        return [b"object"]

instance = App()

class Iterable:
    def __init__(self, environ, start_response):
        start_response("200 OK", [])
    def __iter__(self):
        return iter([b"class"])

def create_app(environ=None, debug=False):
    return instance
`;

test.each([
  ["a function", "app", "function"],
  ["a function with shorter names", "short", "function"],
  ["an object", "instance", "object"],
  ["a class whose instances are the answer", "Iterable", "class"],
  ["a class that makes an app when called with nothing", "App", "object"],
  ["a factory, even one that could be called with two arguments", "create_app", "object"],
])("%s is served", async (_, name, body) => {
  const { url, process } = await serve(PLAIN, `app:${name}`);
  expect(await (await fetch(url)).text()).toBe(body);
  expect(process.stdout).toBe(`slipway: app:${name} answers on ${url}\n`);
  expect(process.stderr).toBe("");
});

const FLASK = `
from pathlib import Path
from threading import Barrier, Semaphore
from time import sleep
from flask import Flask, jsonify, request, url_for

app = Flask(__name__)
acknowledged = Semaphore(0)
together = Barrier(2, timeout=20)

@app.get("/where")
def where():
    return jsonify(
        own=url_for("where"),
        url=request.url,
        path=request.path,
        script=request.environ["SCRIPT_NAME"],
        info=request.environ["PATH_INFO"],
        client=request.remote_addr,
        scheme=request.scheme,
        threads=request.environ["wsgi.multithread"],
        processes=request.environ["wsgi.multiprocess"],
    )

@app.post("/length")
def length():
    return str(len(request.get_data()))

@app.post("/ignored")
def ignored():
    return "not read"

@app.post("/acknowledge")
def acknowledge():
    acknowledged.release()
    return ""

@app.get("/events")
def events():
    def each():
        for n in range(3):
            yield f"data: {n}\\n\\n"
            acknowledged.acquire()
    return app.response_class(each(), mimetype="text/event-stream")

@app.get("/ticks")
def ticks():
    def each():
        try:
            while True:
                yield "tick"
                sleep(0.01)
        finally:
            print("client gone")
    return app.response_class(each())

@app.get("/together")
def meet():
    together.wait()
    return "met"

@app.get("/slow")
def slow():
    print("working")
    while not Path("go").exists():
        sleep(0.01)
    return "done"

def create_app():
    return app
`;

const PREFIXED = {
  "X-Forwarded-Prefix": "/acme-site",
  "X-Forwarded-For": "198.51.100.1, 203.0.113.7",
  "X-Forwarded-Proto": "https",
};

describe("a Flask app", () => {
  let serving: Serving;
  beforeAll(async () => {
    serving = await serve(FLASK, "app:create_app");
  });
  const where = async (headers: Record<string, string> = {}, path = "/where") =>
    (await fetch(serving.url + path, { headers })).json();

  test("is served by the threads of one process", async () => {
    expect(await where()).toEqual({
      own: "/where",
      url: `${serving.url}/where`,
      path: "/where",
      script: "",
      info: "/where",
      client: "127.0.0.1",
      scheme: "http",
      threads: true,
      processes: false,
    });
  });

  test("builds its URLs with the prefix, scheme and client that the gateway forwards", async () => {
    expect(await where(PREFIXED)).toMatchObject({
      own: "/acme-site/where",
      url: `https://${new URL(serving.url).host}/acme-site/where`,
      path: "/where",
      script: "/acme-site",
      info: "/where",
      client: "203.0.113.7",
      scheme: "https",
    });
  });

  test.each(["acme", "/a b", "//evil.example", "/a/", ""])("%j is no prefix and changes nothing", async (prefix) => {
    expect(await where({ "X-Forwarded-Prefix": prefix })).toMatchObject({ own: "/where", script: "" });
  });

  test("takes no prefix, path or scheme from headers that a client may send", async () => {
    const forged = { SCRIPT_NAME: "/evil", PATH_INFO: "/evil", "X-Forwarded-Ssl": "on", "X-Forwarded-Protocol": "ssl" };
    expect(await where(forged)).toMatchObject({ own: "/where", path: "/where", scheme: "http" });
  });

  test("takes 64 KiB of headers and a target as long", async () => {
    const big = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`x-${name}`, name.repeat(15 * 1024)]));
    expect(await where(big)).toMatchObject({ own: "/where" });
    const headers = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, "1"]));
    expect(await where(headers, `/where?q=${"x".repeat(48 * 1024)}`)).toMatchObject({ own: "/where" });
  });

  test("takes uploads, sized and chunked, and one that it does not read spoils nothing", async () => {
    const megabyte = new Uint8Array(1024 * 1024);
    const post = (path: string, body: Uint8Array | ReadableStream | string) =>
      fetch(serving.url + path, { method: "POST", body, duplex: "half" } as RequestInit).then((answer) =>
        answer.text(),
      );
    expect(await post("/length", megabyte)).toBe("1048576");
    expect(await post("/length", new Blob([megabyte, megabyte]).stream())).toBe("2097152");
    expect(await post("/ignored", "unread")).toBe("not read");
    expect(await where()).toMatchObject({ path: "/where" });
  });

  test("streams: each event is read before the next one is sent", async () => {
    const reader = (await fetch(`${serving.url}/events`)).body!.pipeThrough(new TextDecoderStream()).getReader();
    for (const n of [0, 1, 2]) {
      expect((await reader.read()).value).toBe(`data: ${n}\n\n`);
      await fetch(`${serving.url}/acknowledge`, { method: "POST" });
    }
    expect((await reader.read()).done).toBe(true);
  });

  test("stops generating when its client has left", async () => {
    const leaving = new AbortController();
    const response = await fetch(`${serving.url}/ticks`, { signal: leaving.signal });
    await response.body!.getReader().read();
    leaving.abort();
    await serving.process.until("the end of its work", () => serving.process.stdout.includes("client gone"));
  });

  test("answers requests at the same time", async () => {
    const meet = () => fetch(`${serving.url}/together`).then((answer) => answer.text());
    expect(await Promise.all([meet(), meet()])).toEqual(["met", "met"]);
  });

  test("leaves no lines in the log for requests that went well", () => {
    expect(serving.process.stderr).toBe("");
  });
});

test("a Django project is served with its links below the prefix", async () => {
  const app = `
from django.conf import settings
settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="test")

from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path, reverse

def page(request, number):
    if number == 0:
        raise ValueError("no page 0")
    return JsonResponse({"own": reverse("page", args=[number]), "url": request.build_absolute_uri(), "client": request.META["REMOTE_ADDR"]})

urlpatterns = [path("pages/<int:number>/", page, name="page")]
application = get_wsgi_application()
`;
  const { url, process } = await serve(app, "app:application");
  expect(await (await fetch(`${url}/pages/7/`)).json()).toMatchObject({ own: "/pages/7/", url: `${url}/pages/7/` });
  expect(await (await fetch(`${url}/pages/7/`, { headers: PREFIXED })).json()).toEqual({
    own: "/acme-site/pages/7/",
    url: `https://${new URL(url).host}/acme-site/pages/7/`,
    client: "203.0.113.7",
  });
  expect((await fetch(`${url}/pages/0/`)).status).toBe(500);
  expect(process.stderr).toBe("");
});

test.each([
  ["3", "20", "met"],
  // That a third one does not come can only be shown by waiting for it.
  ["2", "0.5", "alone"],
])(
  "with --max-inputs %s, three requests that wait for each other for %s s are %s",
  async (threads, patience, outcome) => {
    const app = `
from threading import Barrier, BrokenBarrierError
together = Barrier(3, timeout=${patience})

def app(environ, start_response):
    start_response("200 OK", [])
    try:
        together.wait()
        return [b"met"]
    except BrokenBarrierError:
        return [b"alone"]
`;
    const { url } = await serve(app, "app:app", ["--max-inputs", threads]);
    const answers = await Promise.all([1, 2, 3].map(() => fetch(url).then((answer) => answer.text())));
    expect(answers).toEqual([outcome, outcome, outcome]);
  },
);

test("a failing request is 500 and leaves a traceback from the user's frame on, without the query", async () => {
  const app = `
def app(environ, start_response):
    if environ["PATH_INFO"] == "/fail":
        raise ValueError("no such thing")
    start_response("200 OK", [])
    return [b"fine"]
`;
  const { url, process } = await serve(app);
  expect((await fetch(`${url}/fail?token=secret`)).status).toBe(500);
  expect(await (await fetch(url)).text()).toBe("fine");
  await process.until("the error's last line", () => process.stderr.includes("ValueError: no such thing\n"));
  expect(process.stderr).toMatch(
    /^ERROR: .* GET \/fail\nTraceback \(most recent call last\):\n {2}File ".*\/app\.py", line 4, in app\n/,
  );
});

test("an idle connection is kept longer than the gateway's pool keeps it", async () => {
  const { port } = await serve(PLAIN);
  const socket = connect({ host: "127.0.0.1", port });
  try {
    let received = "";
    socket.setEncoding("utf8").on("data", (text) => {
      received += text;
    });
    for (let answers = 1; answers <= 2; answers++) {
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      while (received.split("function").length <= answers) await new Promise((resolve) => socket.once("data", resolve));
    }
    expect(received).not.toMatch(/connection: close/i);
  } finally {
    socket.destroy();
  }
});

describe("stopping", () => {
  test("SIGTERM lets the request in flight finish, takes no new one, and ends with exit code 0", async () => {
    const { url, port, process } = await serve(FLASK);
    // Leaves an idle connection behind, which must not keep the process.
    await (await fetch(`${url}/where`)).text();
    const response = fetch(`${url}/slow`);
    await process.until("the request", () => process.stdout.includes("working"));
    process.signal("SIGTERM");
    while (await isOpen(port));
    expect(existsSync(join(process.folder, "go"))).toBe(false);
    writeFileSync(join(process.folder, "go"), "");
    expect(await (await response).text()).toBe("done");
    expect(await process.exited).toBe(0);
    expect(process.stderr).toBe("");
  });

  test("an idle connection does not delay it", async () => {
    const { url, port, process } = await serve(PLAIN);
    const socket = connect({ host: "127.0.0.1", port });
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    // The server counts a connection as idle a moment after it has answered.
    expect((await fetch(url)).status).toBe(200);
    process.signal("SIGTERM");
    expect(await process.exited).toBe(0);
    socket.destroy();
  });

  test("the second SIGINT ends it although a request is in flight", async () => {
    const { url, port, process } = await serve(FLASK);
    const lost = fetch(`${url}/slow`).catch(() => "lost");
    await process.until("the request", () => process.stdout.includes("working"));
    process.signal("SIGINT");
    while (await isOpen(port));
    process.signal("SIGINT");
    expect(await process.exited).toBe(130);
    expect(await lost).toBe("lost");
  });
});

test("an app that ends its process ends the service, instead of being started again", async () => {
  const app = `
import os

print("loaded")
def app(environ, start_response):
    os._exit(7)
`;
  const { url, process } = await serve(app);
  await expect(fetch(url)).rejects.toThrow();
  expect(await process.exited).toBe(7);
  expect(process.stdout.match(/loaded/g)).toHaveLength(1);
});
