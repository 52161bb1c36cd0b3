import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPython } from "../../../lib/local/python-interpreter";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";

let folder: string;
let real: string;

beforeAll(async () => {
  real = (await testPython()).python;
}, PYTHON_SETUP_MS);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-interpreter-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program in a folder of its own, which is returned for PATH. */
function program(name: string, script: string): string {
  const bin = mkdtempSync(join(folder, "bin-"));
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
  return bin;
}

const printing = (version: string) => `echo ${version}; echo /usr`;
const realPython = () => `exec "${real}" "$@"`;

async function find(env: NodeJS.ProcessEnv) {
  return findPython({ env, cwd: folder });
}

async function refusal(env: NodeJS.ProcessEnv): Promise<string> {
  const error = await find(env).then(
    () => new Error("found one"),
    (error) => error,
  );
  return `${error.message} ${error.fix}`;
}

const FIX =
  "Install Python (macOS: brew install python; Debian, Ubuntu: sudo apt install python3 python3-venv; " +
  "others: https://www.python.org/downloads/), or set SLIPWAY_PYTHON to the path of one.";

describe("on PATH", () => {
  test("python3 is taken when it is recent enough", async () => {
    const bin = program("python3", realPython());
    expect(await find({ PATH: bin })).toMatchObject({
      path: join(bin, "python3"),
      version: expect.stringMatching(/^3\.1\d\.\d+$/),
    });
  });

  test("an old python3 is passed over for a recent one of another name", async () => {
    const path = [program("python3", printing("3.8.10")), program("python3.12", realPython())];
    expect((await find({ PATH: path.join(":") })).path).toBe(join(path[1]!, "python3.12"));
  });

  test("with nothing there, it says that there is none and how to get one", async () => {
    expect(await refusal({ PATH: "" })).toBe(`Python 3.10 or newer is needed; on PATH there is none. ${FIX}`);
    expect(await refusal({})).toBe(`Python 3.10 or newer is needed; on PATH there is none. ${FIX}`);
  });

  test("with only old ones, it names each with its version and place", async () => {
    const python3 = program("python3", printing("3.8.10"));
    const python = program("python", printing("2.7.18"));
    expect(await refusal({ PATH: `${python3}:${python}` })).toBe(
      `Python 3.10 or newer is needed; on PATH there is 3.8.10 (${python3}/python3), 2.7.18 (${python}/python). ${FIX}`,
    );
  });

  test("what is named python3 but does not run, such as a version manager's shim or a folder, is passed over", async () => {
    const shim = program("python3", 'echo "python3: command not found" >&2; exit 127');
    const broken = mkdtempSync(join(folder, "bin-"));
    mkdirSync(join(broken, "python"));
    expect(await refusal({ PATH: `${shim}:${broken}` })).toContain("on PATH there is none");
    const last = program("python3.10", realPython());
    expect((await find({ PATH: `${shim}:${broken}:${last}` })).path).toBe(join(last, "python3.10"));
  });
});

describe("SLIPWAY_PYTHON", () => {
  test("is taken before anything on PATH; a bare name is looked up there", async () => {
    const path = program("python3", printing("3.12.1"));
    const chosen = program("mypython", realPython());
    const expected = { path: join(chosen, "mypython") };
    expect(await find({ PATH: path, SLIPWAY_PYTHON: join(chosen, "mypython") })).toMatchObject(expected);
    expect(await find({ PATH: `${path}:${chosen}`, SLIPWAY_PYTHON: "mypython" })).toMatchObject(expected);
  });

  test.each([
    ["is no program", () => "/nowhere/python3"],
    ["is no program", () => "nosuchpython"],
    ["does not run as a Python", () => join(program("python3", "echo hello"), "python3")],
    ["is Python 3.9.18", () => join(program("python3", printing("3.9.18")), "python3")],
  ])("one that %s is refused, whatever is on PATH", async (what, chosen) => {
    const SLIPWAY_PYTHON = chosen();
    expect(await refusal({ PATH: program("python3", realPython()), SLIPWAY_PYTHON })).toBe(
      `SLIPWAY_PYTHON is "${SLIPWAY_PYTHON}", which ${what}. Set it to the path of Python 3.10 or newer, or unset it.`,
    );
  });
});
