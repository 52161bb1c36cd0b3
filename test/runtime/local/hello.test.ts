import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { reserveFreePorts } from "../../../lib/local/free-ports";
import { CliProcess, endAll } from "./cli-process";
import { type Answer, send } from "./http";
import { write } from "./project";
import { until } from "./waiting";

/** The first run makes Python environments. */
const SETUP_MS = 300_000;

const ROOT = join(__dirname, "../../..");
const EXAMPLE = join(ROOT, "examples/hello");
/** Always the same folder: its Python environment is made once. */
const COPY = join(ROOT, "node_modules/.cache/slipway-test/hello");

afterEach(endAll);

test(
  "slipway demo --once shows a real GET and a real POST with their answers, at a free port, and ends with 0",
  async () => {
    const other = createServer().on("error", () => {});
    other.listen(4000, "127.0.0.1");
    const cli = new CliProcess(["demo", "--once"]);
    const code = await cli.exited;
    other.close();

    expect(code).toBe(0);
    const shown = cli.stdout.join("\n");
    expect(shown).not.toContain("localhost:4000/");
    expect(shown).toMatch(
      /^\$ curl http:\/\/hello-greet-dev\.localhost:\d+\/\n(?:hello.*\n)*200 {"message":"Hello, World!"}$/m,
    );
    expect(shown).toMatch(
      /^\$ curl -X POST http:\/\/hello-process-dev\.localhost:\d+\/ .*\n(?:hello.*\n)*200 {"received":{"text":"a real request"}}$/m,
    );
    await cli.leavesNothing();
  },
  SETUP_MS,
);

test("slipway demo at a port that is taken ends with 1 and the fix", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port: taken } = other.address() as AddressInfo;
  const cli = new CliProcess(["demo", "--once", "--port", String(taken)]);
  const code = await cli.exited;
  other.close();
  expect(code).toBe(1);
  expect(cli.stderr.join("\n")).toContain(`Port ${taken} is taken`);
});

describe("slipway dev in a copy of examples/hello", () => {
  let cli: CliProcess;
  let port: number;

  beforeEach(async () => {
    mkdirSync(join(COPY, "node_modules"), { recursive: true });
    for (const file of ["main.ts", "app.py", "cdktf.json", "requirements.txt"])
      cpSync(join(EXAMPLE, file), join(COPY, file));
    rmSync(join(COPY, "node_modules/slipway"), { force: true });
    symlinkSync(ROOT, join(COPY, "node_modules/slipway"));
    const { ports, release } = await reserveFreePorts(1);
    release();
    port = ports[0]!;
    cli = new CliProcess(["dev", COPY, "--port", String(port)]);
    await cli.line(/Ctrl-C/, SETUP_MS);
  }, SETUP_MS);

  const greet = (path = "/"): Promise<Answer> => send({ port, host: "hello-greet-dev.localhost", path });
  const submit = (body: string): Promise<Answer> =>
    send({
      port,
      host: "hello-process-dev.localhost",
      method: "POST",
      headers: { "content-type": "application/json", "content-length": String(body.length) },
      body,
    });
  const edit = (from: string | RegExp, to: string, file = "app.py") =>
    write(COPY, file, readFileSync(join(COPY, file), "utf8").replace(from, to));

  test(
    "GET, POST and /docs answer, edits are served, and a broken one changes nothing",
    async () => {
      expect(JSON.parse((await greet("/?name=Ada")).text)).toEqual({ message: "Hello, Ada!" });
      expect(JSON.parse((await submit('{"a":1}')).text)).toEqual({ received: { a: 1 } });
      const docs = await send({ port, host: "hello-process-dev.localhost", path: "/docs" });
      const schemaUrl = /url: '([^']+)'/.exec(docs.text)![1]!;
      const schema = await send({ port, host: "hello-process-dev.localhost", path: schemaUrl });
      expect(JSON.parse(schema.text).openapi).toMatch(/^3\./);

      for (let i = 0; i < 3; i++) {
        edit(/f"\w+,/, `f"Hello${i},`);
        await until(`edit ${i} is served`, async () => (await greet()).text.includes(`Hello${i},`), 20_000);
      }
      const served = (await greet()).text;

      edit("def hello(", "def hello((");
      await cli.line(/^hello\/greet +\| .*SyntaxError/);
      await cli.line(/^The version before it keeps serving\.$/);
      expect((await greet()).text).toBe(served);
    },
    SETUP_MS,
  );

  test(
    "other requirements are installed while the version before serves; an edit of main.ts adds an endpoint",
    async () => {
      const requirements = readFileSync(join(EXAMPLE, "requirements.txt"), "utf8");
      write(COPY, "requirements.txt", `${requirements}# ${randomUUID()}\n`);
      await cli.line(/^making a Python/);
      expect((await greet()).status).toBe(200);
      // Back to what is installed: the one that is being made is given up.
      write(COPY, "requirements.txt", requirements);
      await cli.line(/^hello\/greet serves the new version/);

      edit(
        /(new FastApiEndpoint\(this, "process")/,
        'new FastApiEndpoint(this, "again", { ...python, handler: "app:hello" });\n    $1',
        "main.ts",
      );
      await cli.line(/^app synthesized again: added hello\/again$/);
      const again = await send({ port, host: "hello-again.localhost" });
      expect(JSON.parse(again.text)).toEqual({ message: "Hello, World!" });
    },
    SETUP_MS,
  );
});
