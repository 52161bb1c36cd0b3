import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses, run } from "./slipway-process";

const PACKAGE = join(__dirname, "../../../lib/runtime/python");

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(removeProcesses);

interface Attempt {
  files?: Record<string, string>;
  handler?: string;
  args?: string[];
  env?: NodeJS.ProcessEnv;
  /** Options of the interpreter itself. */
  interpreter?: string[];
}

const APP = `
from json import dumps

def hello(): return "hello"
def process(body: dict): return body
class Model: ...
answer = 42
`;

/** What `serve` writes on stderr when it does not start. Its folder is shown as FOLDER. */
async function refusal({
  files = { "app.py": APP },
  handler = "app:hello",
  args = [],
  env = {},
  interpreter = [],
}: Attempt) {
  const command = ["-m", "slipway", "serve", "--kind", "fastapi", "--handler", handler, "--port", "0"];
  const { code, stdout, stderr, folder } = await run({ files, args: [...interpreter, ...command, ...args], env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  return stderr.replaceAll(folder, "FOLDER").trimEnd();
}

describe("a handler that is not of the form module:name", () => {
  test.each([
    ["app.py:hello", '"app:hello"'],
    ["./src/app.py:hello", '"src.app:hello"'],
    ["src/app:hello", '"src.app:hello"'],
    ["app::hello", '"app:hello"'],
    ["app:hello()", '"app:hello"'],
    ["app.hello", '"app:hello"'],
    ["app", '"app:name"'],
    ["app:", '"app:name"'],
    ["", '"app:hello" for hello in app.py'],
    ["my-app:hello", '"app:hello" for hello in app.py'],
  ])("%j is answered with what to write", async (handler, write) => {
    expect(await refusal({ handler })).toBe(
      `slipway: --handler "${handler}" is not of the form module:name. Write ${write}.`,
    );
  });
});

describe("a handler that is not there", () => {
  test("a module that does not exist: the nearest one is named", async () => {
    expect(await refusal({ handler: "ap:hello" })).toBe(
      "slipway: handler ap:hello: there is no module ap in FOLDER. Did you mean app?",
    );
  });

  test("a module that does not exist and resembles none: the folder and its modules are named", async () => {
    const files = { "app.py": APP, "models/__init__.py": "" };
    expect(await refusal({ files, handler: "server:hello" })).toBe(
      "slipway: handler server:hello: there is no module server in FOLDER. Modules there: app, models.",
    );
  });

  test("a name that does not exist: the nearest function and all of the module's own are named", async () => {
    expect(await refusal({ handler: "app:helo" })).toBe(
      "slipway: handler app:helo: app.py has no helo. Did you mean hello? Functions in app.py: hello, process.",
    );
  });

  test("a name in an empty module", async () => {
    expect(await refusal({ files: { "app.py": "" } })).toBe(
      "slipway: handler app:hello: app.py has no hello. Functions in app.py: none.",
    );
  });
});

describe("a handler that is no function to serve", () => {
  test.each([
    ["app:Model", "a class"],
    ["app:answer", "an object of type int"],
  ])("%s is %s", async (handler, what) => {
    expect(await refusal({ handler })).toBe(
      `slipway: handler ${handler} is ${what}, not a function. Functions in app.py: hello, process.`,
    );
  });

  test("a FastAPI app is not a function", async () => {
    const files = { "app.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/')\ndef root(): ...\n" };
    expect(await refusal({ files, handler: "app:app" })).toBe(
      "slipway: handler app:app is an object of type FastAPI, not a function. Functions in app.py: root.",
    );
  });

  test.each(["def", "async def"])("a generator (%s) is told to return a StreamingResponse", async (def) => {
    const files = { "app.py": `${def} stream():\n    yield "chunk"\n` };
    expect(await refusal({ files, handler: "app:stream" })).toBe(
      "slipway: handler app:stream is a generator (it yields). To stream, return its chunks in a response: " +
        "return StreamingResponse(chunks()), imported from fastapi.responses.",
    );
  });

  test("a parameter type that FastAPI cannot read is told in FastAPI's words, without its traceback", async () => {
    const files = { "app.py": "class Thing: ...\ndef hello(thing: Thing): ...\n" };
    const message = await refusal({ files });
    expect(message).toMatch(/^slipway: FastAPI cannot serve handler app:hello: .*Thing/);
    expect(message).not.toContain("Traceback");
  });
});

describe("a module that cannot be imported", () => {
  test("a syntax error is shown as Python shows it: file, line, text and place", async () => {
    const files = { "app.py": "import json\n\ndef hello(:\n    return 1\n" };
    expect(await refusal({ files })).toMatch(
      /^slipway: app cannot be imported\.\n {2}File "FOLDER\/app\.py", line 3\n {4}def hello\(:\n +\^\nSyntaxError: invalid syntax$/,
    );
  });

  test("a syntax error in a module that it imports is shown with the import that led there", async () => {
    const files = { "app.py": "import models\n", "models.py": "x = (\n" };
    expect(await refusal({ files })).toMatch(
      /^slipway: app cannot be imported\.\nTraceback \(most recent call last\):\n {2}File "FOLDER\/app\.py", line 1, in <module>\n {4}import models\n {2}File "FOLDER\/models\.py", line 1\n[\s\S]*SyntaxError: '\(' was never closed$/,
    );
  });

  test("an exception is shown with the user's own frames only", async () => {
    const files = {
      "app.py": "import models\n",
      "models.py": "def load():\n    raise ValueError('no weights')\n\nload()\n",
    };
    const message = await refusal({ files });
    expect(message).toMatch(/^slipway: app cannot be imported\.\nTraceback[\s\S]*\nValueError: no weights$/);
    expect(message.match(/File ".*", line \d+/g)).toEqual([
      'File "FOLDER/app.py", line 1',
      'File "FOLDER/models.py", line 4',
      'File "FOLDER/models.py", line 2',
    ]);
  });

  test("a missing package is named with the line that imports it", async () => {
    const files = { "app.py": "import json\nimport nosuchpackage\ndef hello(): ...\n" };
    expect(await refusal({ files })).toBe(
      "slipway: app.py, line 2: No module named 'nosuchpackage'. If it is a package, add it to requirements.txt; " +
        "if it is your own module, put it in FOLDER.",
    );
  });

  test("a module that exits is told to keep its program to itself", async () => {
    const files = { "app.py": "import sys\nsys.exit(3)\n" };
    expect(await refusal({ files })).toBe(
      "slipway: app.py, line 2: the module exited while it was imported (exit code 3). " +
        'Move what runs a program under: if __name__ == "__main__":',
    );
  });
});

describe("what it needs around it", () => {
  test("a missing extra is named with the command that installs it", async () => {
    // -S hides the installed packages.
    const message = await refusal({ interpreter: ["-S"], env: { PYTHONPATH: PACKAGE } });
    expect(message).toMatch(
      /^slipway: fastapi and uvicorn are not installed in .*\. Run pip install "slipway\[fastapi\]", or add fastapi and uvicorn to requirements\.txt\.$/,
    );
  });

  test("a file of the user's that has the name of a package it needs is told apart from the package", async () => {
    expect(await refusal({ files: { "fastapi.py": "" }, handler: "fastapi:hello" })).toBe(
      "slipway: fastapi.py hides the package fastapi. Give your file another name.",
    );
  });

  test("a package that is installed but broken is told with its own error", async () => {
    const files = { "app.py": "def hello(): ...\n", "starlette.py": "" };
    expect(await refusal({ files })).toMatch(
      /^slipway: fastapi or uvicorn is installed but does not work: .*starlette.*\. Run pip install/,
    );
  });

  test.each([
    ["--port", ["--port", "eighty"], {}],
    ["--port", ["--port", "65536"], {}],
    ["--port", ["--port", "-1"], {}],
  ])("%s %j is no port", async (_, args) => {
    expect(await refusal({ args })).toBe(
      `slipway: --port is "${args[1]}", which is no port. Give a number from 1 to 65535, or 0 for any free port.`,
    );
  });

  test("a PORT that is no number is named", async () => {
    const args = ["-m", "slipway", "serve", "--kind", "fastapi", "--handler", "app:hello"];
    expect(await run({ args, env: { PORT: "http" } })).toMatchObject({
      code: 1,
      stderr: 'slipway: PORT is "http", which is no port. Give a number from 1 to 65535, or 0 for any free port.\n',
    });
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

    test("it says so before it loads the module", async () => {
      const files = { "app.py": "raise SystemExit('loaded')\n" };
      expect(await refusal({ files, args: ["--port", port] })).toBe(
        `slipway: port ${port} is in use. Stop the program that has it, or choose another (--port or PORT).`,
      );
    });

    test("PORT is where it listens, unless --port says otherwise", async () => {
      const args = ["-m", "slipway", "serve", "--kind", "fastapi", "--handler", "app:nothing"];
      const files = { "app.py": "" };
      expect((await run({ files, args, env: { PORT: port } })).stderr).toContain(`port ${port} is in use`);
      expect((await run({ files, args: [...args, "--port", "0"], env: { PORT: port } })).stderr).toContain(
        "no nothing",
      );
    });
  });
});

describe("wrong usage is exit code 2, with what is allowed", () => {
  test.each([
    [
      ["--kind", "server", "--handler", "app:hello"],
      /argument --kind: invalid choice: 'server' \(choose from '?fastapi'?, '?asgi'?, '?wsgi'?, '?calls'?\)/,
    ],
    [["--kind", "fastapi"], /the following arguments are required: --handler/],
    [
      ["--kind", "fastapi", "--handler", "app:hello", "--method", "HEAD"],
      /invalid choice: 'HEAD' \(choose from '?GET'?, /,
    ],
    [["--kind", "fastapi", "--handler", "app:hello", "--startup-timeout", "5"], /unrecognized arguments/],
    [["--kind", "asgi", "--handler", "app:app", "--docs"], /--docs belongs to --kind fastapi, not to --kind asgi/],
    [["--kind", "wsgi", "--handler", "app:app", "--max-inputs", "0"], /'0' is not a number from 1 to 1000/],
    [["--kind", "wsgi", "--handler", "app:app", "--max-inputs", "1001"], /'1001' is not a number from 1 to 1000/],
  ])("%j", async (args, message) => {
    const { code, stderr } = await run({ args: ["-m", "slipway", "serve", ...args] });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
