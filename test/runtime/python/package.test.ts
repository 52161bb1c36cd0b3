import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PYTHON_PACKAGES } from "../../../lib/image";
import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses, run } from "./slipway-process";

const ROOT = join(__dirname, "../../..");
const PYPROJECT = readFileSync(join(ROOT, "lib/runtime/python/pyproject.toml"), "utf8");

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(removeProcesses);

test("the Python package has the version of the npm package", async () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(await run({ args: ["-m", "slipway", "--version"] })).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test("what the local engine installs for a kind, if anything, is the extra of its name in pyproject.toml", () => {
  const [table = ""] = PYPROJECT.split("[project.optional-dependencies]")[1]?.split("\n[") ?? [];
  const extras = [...table.matchAll(/^(\w+) = (.*)$/gm)].map(([, name, list]) => [name, JSON.parse(list!)]);
  expect(extras).toEqual(Object.entries(PYTHON_PACKAGES).filter(([, list]) => list.length > 0));
});

test("import slipway brings in no package, nor any module before it is used, and exports only what exists", async () => {
  const code = `
import sys
before = set(sys.modules)
import slipway
print(sorted(set(sys.modules) - before), "asyncio" in sys.modules, "http" in sys.modules)
print([name for name in slipway.__all__ if not hasattr(slipway, name)], set(slipway.__all__) - set(dir(slipway)))
print(hasattr(slipway, "App"))
`;
  expect((await run({ args: ["-c", code] })).stdout).toBe("['slipway'] False False\n[] set()\nFalse\n");
});

test("a Python older than 3.10 is told so: the files that it reads first have no newer syntax", async () => {
  const code = `
import ast, pathlib, runpy, slipway, sys
for name in ("__init__.py", "__main__.py"):
    ast.parse((pathlib.Path(slipway.__file__).parent / name).read_text(), feature_version=(3, 6))
sys.version_info = (3, 9, 18, "final", 0)
runpy.run_module("slipway", run_name="__main__")
`;
  const { code: exit, stderr } = await run({ args: ["-c", code] });
  expect(exit).toBe(1);
  expect(stderr).toMatch(/^slipway: Python 3\.10 or newer is needed; this is 3\.9 \(.*\)\. Install a newer one/);
});
