import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ensurePythonEnvironment, type PythonEnvironmentOptions } from "../../../lib/local/python-environment";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { writeWheels } from "./wheelhouse";

let root: string;
let source: string;
let folder: string;
let env: NodeJS.ProcessEnv;
let realPython: string;
let quickPython: string;

beforeAll(async () => {
  const { python } = await testPython();
  realPython = python;
  root = mkdtempSync(join(tmpdir(), "slipway-environment-"));
  writeWheels(python, join(root, "wheels"), [
    "fastapi 0.200.0 starlette",
    "starlette 1.0",
    "uvicorn 0.90.0",
    "demo 1.0",
    "demo 2.0",
    "picky 1.0 fastapi<0.1",
  ]);
  quickPython = writeQuickPython(join(root, "quick-python"));
}, PYTHON_SETUP_MS);
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A project with a source folder; what is tested next is about it. */
function startProject(): void {
  const project = mkdtempSync(join(root, "project-"));
  source = join(project, "hello");
  folder = join(project, ".slipway");
  mkdirSync(source);
  const { PIP_EXTRA_INDEX_URL: _, ...shell } = process.env;
  env = { ...shell, PIP_NO_INDEX: "1", PIP_FIND_LINKS: join(root, "wheels"), SLIPWAY_PYTHON: quickPython };
}

/** The real interpreter, except that a new environment borrows pip: unpacking it each time takes 5 s. */
function writeQuickPython(file: string): string {
  const find = "import pip, os; print(os.path.dirname(pip.__file__))";
  const pip = execFileSync(realPython, ["-c", find], { encoding: "utf8" }).trim();
  writeFileSync(
    file,
    `#!/bin/sh
if [ "$1 $2 $3" = "-I -m venv" ]; then
  "${realPython}" -I -m venv --without-pip "$4" && ln -s "${pip}" "$(echo "$4"/lib/python*/site-packages)"
else
  exec "${realPython}" "$@"
fi
`,
  );
  chmodSync(file, 0o755);
  return file;
}

async function ensure(options: Partial<PythonEnvironmentOptions> = {}) {
  const progress: string[] = [];
  const onProgress = (line: string) => progress.push(line);
  const environment = await ensurePythonEnvironment({
    folder,
    source,
    kinds: ["fastapi"],
    env,
    onProgress,
    ...options,
  });
  return { ...environment, venv: dirname(dirname(environment.python)), progress };
}

async function refusal(options: Partial<PythonEnvironmentOptions> = {}) {
  return ensure(options).then(
    () => Promise.reject(new Error("an environment was made")),
    ({ message, fix, output }) => ({ message, fix, output }),
  );
}

const require = (text: string, file = "requirements.txt") => writeFileSync(join(source, file), text);
const environments = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith("venv-")) : []);
const evaluate = (python: string, code: string) =>
  execFileSync(python, ["-c", code], { cwd: "/", encoding: "utf8" }).trim();

describe("an environment that is made by a plain interpreter", () => {
  let made: Awaited<ReturnType<typeof ensure>>;
  beforeAll(async () => {
    startProject();
    env.SLIPWAY_PYTHON = realPython;
    require("demo==1.0\n");
    made = await ensure();
  }, PYTHON_SETUP_MS);

  test("imports slipway, the kind's packages and the requirements", () => {
    const code = "import slipway, fastapi, uvicorn, demo; print(slipway.__version__, fastapi.version, demo.version)";
    expect(evaluate(made.python, code)).toMatch(/^\d+\.\d+\.\d+ 0\.200\.0 1\.0$/);
    expect(evaluate(made.python, "import slipway; print(slipway.__file__)")).toBe(
      join(__dirname, "../../../lib/runtime/python/slipway/__init__.py"),
    );
  });

  test("puts its programs first on PATH", () => {
    expect(made.env).toMatchObject({ VIRTUAL_ENV: made.venv, PATH: `${made.venv}/bin:${env.PATH}` });
  });

  test("told its steps with the seconds that had passed", () => {
    expect(made.progress.map((line) => line.replace(/ \(\d+ s\)$/, ""))).toEqual([
      expect.stringMatching(/^making a Python 3\.\d+\.\d+ environment$/),
      "installing fastapi, uvicorn, requirements.txt",
      "installing 4 packages",
      "the Python environment is ready",
    ]);
    expect(made.progress.every((line) => / \(\d+ s\)$/.test(line))).toBe(true);
  });

  test("is ignored by git", () => {
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("*\n");
  });

  test("is found again at once, without a word", async () => {
    const started = performance.now();
    expect(await ensure()).toEqual({ ...made, progress: [] });
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe("when something changes", () => {
  beforeEach(startProject);

  test("new requirements make a new one; the one used before stays for the app that still serves, older ones go", async () => {
    require("demo==1.0\n");
    const first = await ensure();
    require("demo==2.0\n");
    const second = await ensure();
    expect(evaluate(second.python, "import demo; print(demo.version)")).toBe("2.0");
    expect(environments()).toHaveLength(2);
    require("\n");
    const third = await ensure();
    expect([existsSync(first.venv), existsSync(second.venv), existsSync(third.venv)]).toEqual([false, true, true]);
  });

  test("a change in a file that requirements.txt includes counts", async () => {
    require("-r more.txt\n");
    require("demo==1.0\n", "more.txt");
    const first = await ensure();
    require("demo==2.0\n", "more.txt");
    const second = await ensure();
    expect(second.python).not.toBe(first.python);
    expect(evaluate(second.python, "import demo; print(demo.version)")).toBe("2.0");
  });

  test("two source folders of a project keep theirs side by side", async () => {
    const other = join(dirname(source), "other");
    mkdirSync(other);
    for (const version of ["1.0", "2.0"]) {
      require(`demo==${version}\n`);
      await ensure();
    }
    const { python } = await ensure({ source: other });
    expect(environments()).toHaveLength(3);
    expect((await ensure({ source: other })).python).toBe(python);
  });

  test("an environment whose interpreter was uninstalled is made anew", async () => {
    const first = await ensure();
    for (const name of readdirSync(join(first.venv, "bin")).filter((name) => name.startsWith("python"))) {
      unlinkSync(join(first.venv, "bin", name));
    }
    const second = await ensure();
    expect(second.progress).not.toEqual([]);
    expect(evaluate(second.python, "import slipway; print(1)")).toBe("1");
  });
});

describe("an environment that was left half made", () => {
  beforeEach(startProject);

  test("is not used, and removed when nobody is making it any more", async () => {
    const first = await ensure();
    unlinkSync(join(first.venv, ".complete"));
    const gone = execFileSync("/bin/sh", ["-c", "echo $$"], { encoding: "utf8" }).trim();
    const abandoned = first.venv.replace(`-${process.pid}-`, `-${gone}-`);
    mkdirSync(abandoned);
    const second = await ensure();
    expect(second.python).not.toBe(first.python);
    // This process still runs, so it may be making the first one.
    expect([existsSync(abandoned), existsSync(first.venv), existsSync(second.venv)]).toEqual([false, true, true]);
  });

  test("two that are made at the same time are both whole, and one of them is used from then on", async () => {
    const made = await Promise.all([ensure(), ensure()]);
    for (const { python } of made) expect(evaluate(python, "import slipway, fastapi; print(1)")).toBe("1");
    expect(made.map(({ python }) => python)).toContain((await ensure()).python);
  });
});

describe("when it cannot be made", () => {
  beforeEach(startProject);
  afterEach(() => {
    for (const close of indexes) close();
    indexes.clear();
    expect(environments()).toEqual([]);
  });

  test("a Debian Python without its venv package is told with the package's name", async () => {
    const debian = join(root, "debian-python");
    writeFileSync(
      debian,
      `#!/bin/sh
if [ "$3" = venv ]; then
  mkdir -p "$4/bin"
  echo "The virtual environment was not created successfully because ensurepip is not"
  echo "available.  On Debian/Ubuntu systems, you need to install the python3-venv"
  exit 1
fi
exec "${realPython}" "$@"
`,
    );
    chmodSync(debian, 0o755);
    expect(await refusal({ env: { ...env, SLIPWAY_PYTHON: debian } })).toMatchObject({
      message: expect.stringMatching(/^Python 3\.\S+ \(.*debian-python\) could not make a virtual environment\.$/),
      fix: "A part of Python is missing; on Debian and Ubuntu: sudo apt install python3-venv",
    });
  });

  test("a requirement that does not exist is told in pip's words", async () => {
    require("nosuchpackage==9\n");
    const { message, fix, output } = await refusal();
    expect(message).toBe(`pip could not install the packages for ${source}.`);
    expect(output).toMatch(
      /^ERROR: Could not find a version that satisfies the requirement nosuchpackage==9 .*\nERROR: No matching distribution found for nosuchpackage==9$/,
    );
    expect(fix).toBe("Check the names and versions in requirements.txt.");
  });

  test("a line that is no requirement is told with its place", async () => {
    require("demo\nnot a requirement\n");
    const { fix, output } = await refusal();
    expect(output).toContain("requirements.txt");
    expect(output).toContain("line 2");
    expect(fix).toBe("Check the names and versions in requirements.txt.");
  });

  test("requirements that contradict what the kind needs are told with both sides", async () => {
    require("picky\n");
    const { fix, output } = await refusal();
    expect(output).toContain("fastapi>=0.115");
    expect(output).toContain("picky 1.0 depends on fastapi<0.1");
    expect(fix).toBe("Loosen one of the versions in requirements.txt.");
  });

  test("an index that cannot be reached is told after one more try, not after minutes", async () => {
    let tries = 0;
    const port = await listen((connection) => {
      tries += 1;
      connection.destroy();
    });
    const { PIP_RETRIES: _, ...online } = env;
    const { fix } = await refusal({ env: { ...online, ...onlyIndex(port) } });
    expect(fix).toBe(
      "The package index cannot be reached: check the network, the proxy (HTTPS_PROXY) and pip's index (PIP_INDEX_URL).",
    );
    expect(tries).toBe(2);
  });

  test("pip, waiting for an index that never answers, is ended when it is given up", async () => {
    let asked = (_: Socket) => {};
    const connected = new Promise<Socket>((resolve) => {
      asked = resolve;
    });
    const port = await listen((connection) => asked(connection));
    const abort = new AbortController();
    const patient = { ...env, ...onlyIndex(port), PIP_DEFAULT_TIMEOUT: "600" };
    const failed = ensure({ signal: abort.signal, env: patient }).catch((error) => error);
    const connection = await Promise.race([connected, failed.then((error) => Promise.reject(error))]);
    const closed = new Promise((resolve) => connection.once("close", resolve).resume());
    abort.abort(new Error("Ctrl-C"));
    expect(await failed).toEqual(new Error("Ctrl-C"));
    await closed;
  });

  test("nothing is started when it was given up before", async () => {
    const signal = AbortSignal.abort(new Error("Ctrl-C"));
    await expect(ensure({ signal })).rejects.toThrow("Ctrl-C");
  });
});

const indexes = new Set<() => void>();

/** A package index that only takes connections, until the test ends. */
async function listen(onConnection: (connection: Socket) => void): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((connection) => {
    open.add(connection);
    onConnection(connection);
  });
  indexes.add(() => {
    server.close();
    for (const connection of open) connection.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** pip asks nothing but this index. */
function onlyIndex(port: number): NodeJS.ProcessEnv {
  const PIP_INDEX_URL = `http://127.0.0.1:${port}/simple`;
  return { PIP_NO_INDEX: undefined, PIP_FIND_LINKS: undefined, PIP_CONFIG_FILE: "/dev/null", PIP_INDEX_URL };
}
