import { parseAsgiApp, parseWebServer, parseWsgiApp } from "../../../lib/spec";
import { messages } from "./parsing";

const FEWEST = { app: "shop", image: "registry.acme.com/shop:1" };
const asgi = (props: object = {}) => parseAsgiApp({ ...FEWEST, handler: "api:app", ...props }, "api", "s/api", {});
const wsgi = (props: object = {}) =>
  parseWsgiApp({ ...FEWEST, handler: "shop.wsgi:app", ...props }, "site", "s/site", {});
const server = (props: object = {}) =>
  parseWebServer({ ...FEWEST, command: ["node", "server.js"], port: 3000, ...props }, "ui", "s/ui", {});

describe("the container's command and port", () => {
  test("of an AsgiApp serve its handler on the default port", () => {
    expect(asgi().spec).toMatchObject({
      kind: "asgi",
      port: 8000,
      command: ["python", "-m", "slipway", "serve", "--kind", "asgi", "--handler", "api:app", "--max-inputs", "100"],
    });
  });

  test("of a WsgiApp serve its handler on the default port", () => {
    expect(wsgi().spec).toMatchObject({
      kind: "wsgi",
      port: 8000,
      command: [
        "python",
        "-m",
        "slipway",
        "serve",
        "--kind",
        "wsgi",
        "--handler",
        "shop.wsgi:app",
        "--max-inputs",
        "100",
      ],
    });
  });

  test("of a WebServer are the user's own", () => {
    expect(server().spec).toMatchObject({ kind: "server", port: 3000, command: ["node", "server.js"] });
  });
});

test("every kind has the same shared props, and none has another kind's", () => {
  for (const parse of [asgi, wsgi, server]) {
    expect(parse({ cpu: 1, memory: "2GiB", healthPath: "/up", spot: true }).spec).toMatchObject({
      cpuUnits: 1024,
      memoryMiB: 2048,
      healthPath: "/up",
      spot: true,
      minContainers: 1,
      maxContainers: 10,
    });
    expect(messages(() => parse({ method: "GET" }))[0]).toMatch(/^s\/\w+: method: is not a prop here; /);
  }
  expect(messages(() => asgi({ port: 3000 }))[0]).toMatch(/^s\/api: port: is not a prop here; /);
  expect(messages(() => server({ handler: "app:app" }))[0]).toMatch(/^s\/ui: handler: is not a prop here; /);
});

test.each([
  [["sh", "-c", "exec board --port $PORT"]],
  [["tini", "--", "/bin/bash", "-c", "a && b"]],
  [["find", "it's 5 $ & up"]],
])("a WebServer takes the command %j", (command) => {
  expect(server({ command }).spec.command).toEqual(command);
});

describe("a WebServer refuses", () => {
  test.each([18080, 18081, 18082])("port %i, which the gateway has", (port) => {
    expect(messages(() => server({ port }))).toEqual([
      `s/ui: port ${port}: is the gateway's own port in every task, as are 18080 to 18082. Let the server listen on another port. [SLIPWAY_E_INVALID_VALUE]`,
    ]);
  });

  test.each([[0], [65536], [80.5], ["8080"], [null], [Number.NaN]])("port %p", (port) => {
    expect(messages(() => server({ port }))[0]).toContain("must be a port, 1 to 65535.");
  });

  test.each([
    ["python -m http.server 8080", '["python", "-m", "http.server", "8080"]'],
    ["cd web && node server.js", '["sh", "-c", "cd web && node server.js"]'],
    ["uvicorn app:app --port $PORT", '["sh", "-c", "exec uvicorn app:app --port $PORT"]'],
  ])("the command %p, which is no list, and shows it as one", (command, list) => {
    expect(messages(() => server({ command }))).toEqual([
      `s/ui: command "${command}": must be a list: a program and its arguments. Write ${list}. [SLIPWAY_E_INVALID_VALUE]`,
    ]);
  });

  test.each([
    [[], "must be a list: a program and its arguments", 'for example ["node", "server.js"]'],
    [{}, "must be a list: a program and its arguments", 'for example ["node", "server.js"]'],
    [[""], "must be a list: a program and its arguments, all of them text", 'for example ["node", "server.js"]'],
    [["node", 1], "must be a list: a program and its arguments, all of them text", '["node", "1"]'],
    [["node server.js"], "begins with a program and its arguments in one text", '["node", "server.js"]'],
    [["node server.js", "-v"], "begins with a program and its arguments in one text", '["node", "server.js", "-v"]'],
  ])("the command %j", (command, message, list) => {
    expect(messages(() => server({ command }))[0]).toContain(`: ${message}. Write ${list}. [`);
  });

  test.each([
    [["node", "server.js", "--port", "$PORT"], '"$PORT"', 'Write ["sh", "-c", "exec node server.js --port $PORT"]'],
    [["node", "--base=${SLIPWAY_BASE_PATH}/", "a b"], '"--base=${SLIPWAY_BASE_PATH}/"', '/ \\"a b\\""]'],
    [["cd", "web", "&&", "./run"], '"&&"', 'Write ["sh", "-c", "cd web && ./run"]'],
    [["./run", "&"], '"&"', 'Write ["./run"]'],
  ])("the command %j, which only a shell reads", (command, part, fix) => {
    const [message] = messages(() => server({ command }));
    expect(message).toContain(`: holds ${part}, which only a shell reads. Write `);
    expect(message).toContain(`${fix}. [`);
  });

  test.each([
    ["NODE_ENV=production", "Set NODE_ENV in env"],
    ["PORT=3000", "Remove it: port sets PORT"],
  ])("a command that begins with %s", (variable, fix) => {
    expect(messages(() => server({ command: [variable, "node", "server.js"] }))[0]).toContain(
      `: begins with ${variable}, which only a shell reads. ${fix}. [`,
    );
  });

  test("neither command nor port: both are named", () => {
    const lines = messages(() => parseWebServer(FEWEST, "ui", "s/ui", {}));
    expect(lines.map((line) => line.split(":")[1])).toEqual([" command", " port"]);
  });
});

test("only a WebServer whose paths are stripped is warned of path mode", () => {
  expect(server().pathModeWarnings).toEqual([expect.stringContaining("start it with $SLIPWAY_BASE_PATH")]);
  expect(server({ basePath: "keep" }).pathModeWarnings).toEqual([]);
  expect([...asgi().pathModeWarnings, ...wsgi().pathModeWarnings]).toEqual([]);
});

test("a handler of an app is shown with an app's example", () => {
  expect(messages(() => asgi({ handler: "web/api.py" }))[0]).toBe(
    's/api: handler "web/api.py": must be "module:app": an import path, not a file path. Write for example "web.api:web" for web in web/api.py. [SLIPWAY_E_INVALID_VALUE]',
  );
});
