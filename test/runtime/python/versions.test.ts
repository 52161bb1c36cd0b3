import { PYTHON_SETUP_MS, testPython } from "./python-fixture";
import { removeProcesses, serve } from "./slipway-process";

beforeAll(testPython, PYTHON_SETUP_MS);
afterAll(removeProcesses);

const APP = "def hello(): return 1";

test("an image with the Python package of another version says so in one line, and serves", async () => {
  const { process, url } = await serve(APP, "app:hello", [], { SLIPWAY_LIBRARY_VERSION: "99.1.0" });
  expect(await (await fetch(url)).json()).toBe(1);
  expect(process.stderr.split("\n").filter((line) => line.includes("99.1.0"))).toEqual([
    expect.stringMatching(
      /^slipway: this image has the Python package of version \d+\.\d+\.\d+, and 99\.1\.0 of the library deployed it: /,
    ),
  ]);
});

test("one with that of the version that deployed it says nothing", async () => {
  const version = require("../../../package.json").version;
  const { process } = await serve(APP, "app:hello", [], { SLIPWAY_LIBRARY_VERSION: version });
  expect(process.stderr).not.toContain("library deployed it");
});
