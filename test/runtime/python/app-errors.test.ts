import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses, run } from "./slipway-process";

const PACKAGE = join(__dirname, "../../../lib/runtime/python");

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(removeProcesses);

interface Attempt {
  kind: "asgi" | "wsgi";
  handler: string;
  files?: Record<string, string>;
  args?: string[];
  env?: NodeJS.ProcessEnv;
  interpreter?: string[];
}

const APP = `
import functools
from flask import Flask, request

calls = []
answer = 42
def asgi(scope, receive, send): calls.append("asgi")
class Asgi:
    async def __call__(self, scope, receive, send): ...
def wsgi(environ, start_response): calls.append("wsgi")
flask = Flask(__name__)

def makes_flask(): return flask
def makes_asgi(): return Asgi()
def makes_none(): app = Asgi()
def makes_dict(): return {}
def makes_factory(): return makes_asgi
def makes_class(): return Flask
def makes_coroutine(): return makes_later()
async def makes_later(name=None, debug=False, extra=None): return Asgi()
def raises(): return helper()
def helper(): raise ValueError("no weights")
def exits(): raise SystemExit(3)
def configured(config, *, debug): return Asgi()
async def endpoint(item): return item
class Model:
    def __init__(self, path): ...
def decorated(*args, **kwargs): calls.append("decorated")
`;

/** What `serve` writes on stderr when it does not start, without the program's name. Its folder is shown as FOLDER. */
async function refusal({ kind, handler, files = { "app.py": APP }, args = [], env = {}, interpreter = [] }: Attempt) {
  const command = ["-m", "slipway", "serve", "--kind", kind, "--handler", handler, "--port", "0"];
  const { code, stdout, stderr, folder } = await run({ files, args: [...interpreter, ...command, ...args], env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^slipway: /);
  return stderr.replaceAll(folder, "FOLDER").slice("slipway: ".length).trimEnd();
}

describe("an app for the other interface is sent to the construct that serves it", () => {
  test.each([
    [
      "asgi",
      "flask",
      "handler app:flask is a WSGI app, not an ASGI app. Serve it with the construct WsgiApp (--kind wsgi).",
    ],
    [
      "asgi",
      "wsgi",
      "handler app:wsgi is a WSGI app, not an ASGI app. Serve it with the construct WsgiApp (--kind wsgi).",
    ],
    [
      "asgi",
      "makes_flask",
      "handler app:makes_flask returned a WSGI app, not an ASGI app. Serve it with the construct WsgiApp (--kind wsgi).",
    ],
    [
      "wsgi",
      "asgi",
      "handler app:asgi is an ASGI app, not a WSGI app. Serve it with the construct AsgiApp (--kind asgi).",
    ],
    [
      "wsgi",
      "makes_asgi",
      "handler app:makes_asgi returned an ASGI app, not a WSGI app. Serve it with the construct AsgiApp (--kind asgi).",
    ],
  ] as const)("--kind %s with %s", async (kind, name, message) => {
    expect(await refusal({ kind, handler: `app:${name}` })).toBe(message);
  });

  test("a FastAPI app given to wsgi", async () => {
    const files = { "app.py": "from fastapi import FastAPI\napp = FastAPI()\n" };
    expect(await refusal({ kind: "wsgi", handler: "app:app", files })).toBe(
      "handler app:app is an ASGI app, not a WSGI app. Serve it with the construct AsgiApp (--kind asgi).",
    );
  });
});

describe("what is neither an app nor a factory", () => {
  const TAKES = "An ASGI app takes scope, receive and send. A factory is called with nothing.";

  test("a factory with parameters: they are named", async () => {
    expect(await refusal({ kind: "asgi", handler: "app:configured" })).toBe(
      `handler app:configured is neither an ASGI app nor a factory of one: the function needs config and debug. ${TAKES} Give them defaults, or name a function that calls configured with them.`,
    );
  });

  test("a function that answers a request", async () => {
    expect(await refusal({ kind: "asgi", handler: "app:endpoint" })).toBe(
      `handler app:endpoint is neither an ASGI app nor a factory of one: the async function needs item. ${TAKES} Give it a default, or name a function that calls endpoint with it.`,
    );
  });

  test("a class that needs arguments", async () => {
    expect(await refusal({ kind: "wsgi", handler: "app:Model" })).toBe(
      "handler app:Model is neither a WSGI app nor a factory of one: the class needs path. A WSGI app takes environ and start_response. A factory is called with nothing. Give it a default, or name a function that calls Model with it.",
    );
  });

  test("a value: the module's apps and factories are named", async () => {
    const message = await refusal({ kind: "asgi", handler: "app:answer" });
    expect(message).toMatch(
      /^handler app:answer is an object of type int, not an ASGI app or a function that returns one\. Apps and factories in app\.py: /,
    );
    expect(message).not.toMatch(/\b(flask|wsgi|endpoint|configured|Model|request)\b/);
  });

  test("a name that is not there: the nearest is named", async () => {
    expect(await refusal({ kind: "wsgi", handler: "app:flsk" })).toMatch(
      /^handler app:flsk: app\.py has no flsk\. Did you mean flask\? Apps and factories in app\.py: .*\bflask\b.*\bwsgi\.$/,
    );
  });

  test("a function with *args is not called to find out", async () => {
    const files = { "app.py": `${APP}\nimport atexit\natexit.register(lambda: print(*calls))\n` };
    const command = ["-m", "slipway", "serve", "--kind", "asgi", "--handler", "app:decorated", "--port", "0"];
    expect(await run({ files, args: command })).toMatchObject({
      code: 1,
      stdout: "\n",
      stderr:
        "slipway: handler app:decorated takes *args, which leaves open whether it is an ASGI app or a factory of one. Name its parameters; a decorator keeps those of the function in it with functools.wraps.\n",
    });
  });
});

describe("a factory", () => {
  test("that raises is shown by its traceback, from the user's frame on", async () => {
    const message = await refusal({ kind: "asgi", handler: "app:raises" });
    expect(message).toMatch(
      /^handler app:raises raised instead of returning an ASGI app\.\nTraceback[\s\S]*\nValueError: no weights$/,
    );
    expect(message.match(/in \w+$/gm)).toEqual(["in raises", "in helper"]);
  });

  test("that exits is shown in the same way", async () => {
    expect(await refusal({ kind: "wsgi", handler: "app:exits" })).toMatch(
      /^handler app:exits raised instead of returning a WSGI app\.\nTraceback[\s\S]*in exits\n[\s\S]*SystemExit: 3$/,
    );
  });

  test.each([
    ["makes_none", "handler app:makes_none returned None, not an ASGI app. End it with: return app"],
    [
      "makes_dict",
      "handler app:makes_dict returned an object of type dict, not an ASGI app. An ASGI app takes scope, receive and send.",
    ],
    [
      "makes_factory",
      "handler app:makes_factory returned the function makes_asgi, not an ASGI app. An ASGI app takes scope, receive and send.",
    ],
    [
      "makes_class",
      "handler app:makes_class returned the class Flask, not an ASGI app. An ASGI app takes scope, receive and send.",
    ],
  ])("%s is told what it returned", async (name, message) => {
    expect(await refusal({ kind: "asgi", handler: `app:${name}` })).toBe(message);
  });

  test.each(["makes_later", "makes_coroutine"])("that is async (%s) is told where to await instead", async (name) => {
    expect(await refusal({ kind: "asgi", handler: `app:${name}` })).toBe(
      `handler app:${name} is async; a factory is called before there is an event loop. Make it a def, and await what it needs in the app's lifespan.`,
    );
  });

  test("that is async, for WSGI", async () => {
    expect(await refusal({ kind: "wsgi", handler: "app:makes_later" })).toBe(
      "handler app:makes_later is async; a factory is called before there is an event loop. Make it a def, and use asyncio.run for what it awaits.",
    );
  });
});

describe("a startup that fails ends the process with the user's traceback", () => {
  const LOAD = 'def load():\n    raise ValueError("no weights")\n\n';

  test.each([
    [
      "of FastAPI's lifespan",
      `${LOAD}from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def startup(app):
    load()
    yield

app = FastAPI(lifespan=startup)
`,
    ],
    [
      "of an app that raises after it has read the event",
      `${LOAD}async def startup(receive):
    await receive()
    load()

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await startup(receive)
`,
    ],
  ])("%s", async (_, app) => {
    const message = await refusal({ kind: "asgi", handler: "app:app", files: { "app.py": app } });
    expect(message).toMatch(/^the app's startup failed\.\nTraceback[\s\S]*\nValueError: no weights$/);
    expect(message.match(/in \w+$/gm)?.slice(-2)).toEqual(["in startup", "in load"]);
    expect(message).not.toContain("site-packages");
  });

  test("also when it exits", async () => {
    const app = 'import sys\n\nasync def app(scope, receive, send):\n    await receive()\n    sys.exit("no API_KEY")\n';
    expect(await refusal({ kind: "asgi", handler: "app:app", files: { "app.py": app } })).toMatch(
      /^the app's startup failed\.\nTraceback[\s\S]*in app\n[\s\S]*SystemExit: no API_KEY$/,
    );
  });

  test("or with the reason that the app gives", async () => {
    const app = `
async def app(scope, receive, send):
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no database"})
`;
    expect(await refusal({ kind: "asgi", handler: "app:app", files: { "app.py": app } })).toBe(
      "the app's startup failed.\nno database",
    );
  });

  test.each(["asgi", "wsgi"] as const)("of the module, for %s", async (kind) => {
    const files = { "app.py": `${LOAD}load()\n` };
    expect(await refusal({ kind, handler: "app:app", files })).toMatch(
      /^app cannot be imported\.\nTraceback[\s\S]*in load\n[\s\S]*ValueError: no weights$/,
    );
  });
});

describe("what it needs around it", () => {
  test.each([
    ["asgi", "uvicorn and websockets are not installed in", "uvicorn and websockets"],
    ["wsgi", "gunicorn is not installed in", "gunicorn"],
  ] as const)("the extra of %s is named when it is missing", async (kind, missing, packages) => {
    // -S hides the installed packages.
    const message = await refusal({ kind, handler: "app:app", interpreter: ["-S"], env: { PYTHONPATH: PACKAGE } });
    expect(message).toContain(missing);
    expect(message).toContain(`. Run pip install "slipway[${kind}]", or add ${packages} to requirements.txt.`);
  });

  test("a gunicorn that is too old is told so", async () => {
    const files = {
      "app.py":
        "import gunicorn\ngunicorn.version_info = (23, 0, 0)\ngunicorn.__version__ = '23.0.0'\ndef app(environ, start_response): ...\n",
    };
    expect(await refusal({ kind: "wsgi", handler: "app:app", files })).toMatch(
      /^gunicorn is installed but does not work: gunicorn 23\.0\.0 is older than 26\. Run pip install/,
    );
  });

  describe("with a port in use", () => {
    let server: Server;
    let port: string;
    beforeAll(async () => {
      server = createServer();
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      port = String((server.address() as { port: number }).port);
    });
    afterAll(() => new Promise((resolve) => server.close(resolve)));

    test.each(["asgi", "wsgi"] as const)("%s says so before it loads the module", async (kind) => {
      const files = { "app.py": "raise SystemExit('loaded')\n" };
      expect(await refusal({ kind, handler: "app:app", files, args: ["--port", port] })).toBe(
        `port ${port} is in use. Stop the program that has it, or choose another (--port or PORT).`,
      );
    });
  });
});
