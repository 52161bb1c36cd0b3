import { existsSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { isOpen } from "./connections";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses, SlipwayProcess, serve } from "./slipway-process";

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(removeProcesses);

const HELLO = `
from fastapi import Request

def hello(name: str = "World", times: int = 1) -> dict:
    return {"message": f"Hello, {name}!", "times": times}

async def about(request: Request):
    return {
        "own": str(request.url_for("about")),
        "url": str(request.url),
        "client": request.client.host,
        "scheme": request.url.scheme,
    }
`;

describe("a function as an endpoint", () => {
  let url: string;
  let process: SlipwayProcess;
  beforeAll(async () => {
    ({ url, process } = await serve(HELLO, "app:hello"));
  });

  test("it answers at / and takes its parameters from the query, as FastAPI reads them", async () => {
    expect(await (await fetch(`${url}/?name=Ada&times=3`)).json()).toEqual({ message: "Hello, Ada!", times: 3 });
    expect(await (await fetch(url)).json()).toEqual({ message: "Hello, World!", times: 1 });
  });

  test("a parameter of the wrong type is 422, with FastAPI's explanation", async () => {
    const response = await fetch(`${url}/?times=often`);
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ detail: [{ loc: ["query", "times"] }] });
  });

  test("only its method and its path exist", async () => {
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${url}/other`)).status).toBe(404);
  });

  test.each(["/docs", "/redoc", "/openapi.json"])("without --docs there is no %s", async (path) => {
    expect((await fetch(url + path)).status).toBe(404);
  });

  test("a page of any origin may call it, with credentials", async () => {
    const preflight = await fetch(url, {
      method: "OPTIONS",
      headers: {
        Origin: "https://example.com",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-anything",
      },
    });
    expect(preflight.status).toBe(200);
    expect(preflight.headers.get("access-control-allow-origin")).toBe("https://example.com");
    expect(preflight.headers.get("access-control-allow-credentials")).toBe("true");
    expect(preflight.headers.get("access-control-allow-methods")).toContain("GET");
    expect(preflight.headers.get("access-control-allow-headers")).toContain("x-anything");
    const simple = await fetch(url, { headers: { Origin: "https://example.com" } });
    expect(["*", "https://example.com"]).toContain(simple.headers.get("access-control-allow-origin"));
  });

  test("it takes the 64 KiB of headers that the gateway lets through", async () => {
    const big = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [`x-${name}`, name.repeat(14 * 1024)]));
    expect((await fetch(url, { headers: big })).status).toBe(200);
  });

  test("it listens on 127.0.0.1 only", async () => {
    const socket = connect({ host: "127.0.0.2", port: Number(new URL(url).port) });
    const outcome = await new Promise((resolve) =>
      socket.once("connect", () => resolve("open")).once("error", resolve),
    );
    socket.destroy();
    expect(outcome).not.toBe("open");
  });

  test("requests leave no lines in the log", () => {
    expect(process.stdout).toBe(`slipway: app:hello answers GET on ${url}\n`);
    expect(process.stderr).toBe("");
  });
});

test("an async POST handler takes a JSON body, checked against its model", async () => {
  const app = `
from pydantic import BaseModel

class Item(BaseModel):
    name: str
    price: float

async def process(item: Item) -> dict:
    return {"received": item.model_dump()}
`;
  const { url } = await serve(app, "app:process", ["--method", "POST"]);
  const post = (body: unknown) =>
    fetch(url, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  expect(await (await post({ name: "tea", price: 2.5 })).json()).toEqual({ received: { name: "tea", price: 2.5 } });
  expect((await post({ name: "tea" })).status).toBe(422);
});

describe("behind the gateway", () => {
  let url: string;
  beforeAll(async () => {
    ({ url } = await serve(HELLO, "app:about", ["--docs"]));
  });
  const get = (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers });
  const prefixed = { "X-Forwarded-Prefix": "/acme-hello" };

  test("/docs and /redoc load the schema from below the stripped prefix, and the schema names it", async () => {
    expect(await (await get("/docs", prefixed)).text()).toContain("'/acme-hello/openapi.json'");
    expect(await (await get("/redoc", prefixed)).text()).toContain('"/acme-hello/openapi.json"');
    expect(await (await get("/openapi.json", prefixed)).json()).toMatchObject({
      info: { title: "about" },
      servers: [{ url: "/acme-hello" }],
    });
  });

  test("the app's own URL has the prefix that its clients use", async () => {
    expect(await (await get("/?a=1", prefixed)).json()).toMatchObject({
      own: `${url}/acme-hello/`,
      url: `${url}/acme-hello/?a=1`,
    });
  });

  test("the prefix belongs to one request: the next one, without it, has none", async () => {
    expect(await (await get("/docs")).text()).toContain("'/openapi.json'");
    expect(await (await get("/openapi.json")).json()).not.toHaveProperty("servers");
    expect(await (await get("/")).json()).toMatchObject({ own: `${url}/` });
  });

  test.each(["acme", "/a b", "/'+alert(1)+'", "//evil.example", "/a/", ""])(
    "%j is no prefix and changes nothing",
    async (value) => {
      expect(await (await get("/docs", { "X-Forwarded-Prefix": value })).text()).toContain("'/openapi.json'");
    },
  );

  test("client address and scheme are the ones that the gateway forwards", async () => {
    const forwarded = { "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https" };
    expect(await (await get("/", forwarded)).json()).toMatchObject({ client: "203.0.113.7", scheme: "https" });
    expect(await (await get("/")).json()).toMatchObject({ client: "127.0.0.1", scheme: "http" });
  });
});

test("a streamed response arrives chunk by chunk", async () => {
  const app = `
import asyncio
from fastapi.responses import StreamingResponse

async def chunks():
    yield "data: 0\\n\\n"
    await asyncio.Event().wait()

async def stream():
    return StreamingResponse(chunks(), media_type="text/event-stream")
`;
  const { url } = await serve(app, "app:stream");
  const response = await fetch(url);
  const reader = response.body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toBe("data: 0\n\n");
  await reader.cancel();
});

describe("what the process writes", () => {
  test("a print is there before the request ends, without any variable that turns buffering off", async () => {
    const app = `
import time
from pathlib import Path

def slow():
    print("working")
    while not Path("go").exists():
        time.sleep(0.01)
    return "done"
`;
    const { url, process } = await serve(app, "app:slow");
    const response = fetch(url);
    await process.until("the print", () => process.stdout.includes("working\n"));
    writeFileSync(join(process.folder, "go"), "");
    expect(await (await response).json()).toBe("done");
  });

  test("a failing request is 500 and leaves a traceback that begins in the user's code", async () => {
    const app = `
import json

def parse(text: str):
    return inner(text)

def inner(text):
    return json.loads(text)
`;
    const { url, process } = await serve(app, "app:parse");
    expect((await fetch(`${url}/?text=oops`)).status).toBe(500);
    await process.until("the error's last line", () => process.stderr.includes("JSONDecodeError"));
    const frames = process.stderr.split("\n").filter((line) => line.startsWith("  File"));
    expect(process.stderr).toMatch(/^ERROR: GET \/ failed\nTraceback/);
    expect(frames[0]).toBe(`  File "${process.folder}/app.py", line 5, in parse`);
    expect(frames[1]).toBe(`  File "${process.folder}/app.py", line 8, in inner`);
    expect(frames[2]).toContain("json/__init__.py");
  });
});

test("a failed request leaves its connection open, so that the next one, already on its way there, is answered", async () => {
  const app = "def divide(by: int): return 1 / by\n";
  const { port } = await serve(app, "app:divide");
  const socket = connect({ host: "127.0.0.1", port });
  try {
    const request = (by: number) => `GET /?by=${by} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    socket.write(request(0) + request(1));
    let received = "";
    for await (const chunk of socket) {
      received += chunk;
      if (received.includes("1.0")) break;
    }
    expect(received).toMatch(/^HTTP\/1.1 500 [\s\S]*HTTP\/1.1 200 [\s\S]*1\.0$/);
  } finally {
    socket.destroy();
  }
});

describe("stopping", () => {
  test("SIGTERM lets the request in flight finish, takes no new one, and ends with exit code 0", async () => {
    const app = `
import asyncio
from pathlib import Path

async def slow():
    print("working")
    while not Path("go").exists():
        await asyncio.sleep(0.01)
    return "done"
`;
    const { url, port, process } = await serve(app, "app:slow");
    const response = fetch(url);
    await process.until("the request", () => process.stdout.includes("working"));
    process.signal("SIGTERM");
    while (await isOpen(port));
    expect(existsSync(join(process.folder, "go"))).toBe(false);
    writeFileSync(join(process.folder, "go"), "");
    expect(await (await response).json()).toBe("done");
    expect(await process.exited).toBe(0);
    expect(process.stderr).toBe("");
  });

  test("SIGINT ends it with exit code 0 and no traceback", async () => {
    const { process } = await serve(HELLO, "app:hello");
    process.signal("SIGINT");
    expect(await process.exited).toBe(0);
    expect(process.stderr).toBe("");
  });

  test("SIGTERM ends it while the user's module is still loading", async () => {
    const process = await SlipwayProcess.start({
      files: { "app.py": 'import time\nprint("loading")\ntime.sleep(60)\ndef hello(): ...\n' },
      args: ["-m", "slipway", "serve", "--kind", "fastapi", "--handler", "app:hello", "--port", "0"],
    });
    await process.until("the module", () => process.stdout.includes("loading"));
    process.signal("SIGTERM");
    expect(await process.exited).toBe(0);
    expect(process.stderr).toBe("");
  });
});

describe("a function that reads a body", () => {
  const app = "def predict(job: dict, verbose: bool = False):\n    return job\n";

  test("and answers GET is told so at the start, and served all the same", async () => {
    const { process, url } = await serve(app, "app:predict");
    await process.until("the hint", () => process.stderr.includes("\n"));
    expect(process.stderr).toBe(
      'slipway: app:predict reads job from the request\'s body, but answers GET, which clients send without one. Set method: "POST" on the construct.\n',
    );
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
  });

  test("and answers POST is not", async () => {
    const { process } = await serve(app, "app:predict", ["--method", "POST"]);
    expect(process.stderr).toBe("");
  });
});
