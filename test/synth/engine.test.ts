import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { addCustomSynthesis } from "cdktf/lib/synthesize/synthesizer";
import { version } from "cdktf/package.json";

const ROOT = join(__dirname, "../..");

test("the synthesis hook is checked with cdktf 0.21: another version must be tried before it is allowed", () => {
  expect(version).toMatch(/^0\.21\./);
  expect(addCustomSynthesis).toBeInstanceOf(Function);
});

describe("importing the library", () => {
  /** Every module that `require("slipway")` loads, by a process that loads nothing else. */
  const print = "require('./constructs/cdktf'); console.log(JSON.stringify(Object.keys(require.cache)))";
  const output = execFileSync(process.execPath, ["--require", require.resolve("tsx/cjs"), "--eval", print], {
    cwd: ROOT,
  });
  const modules: string[] = JSON.parse(output.toString()).map((path: string) => path.replace(`${ROOT}/`, ""));
  const of = (start: string) => modules.filter((path) => path.startsWith(start));

  test("loads of the AWS provider only the resources that it makes, never the barrel", () => {
    expect(existsSync(join(ROOT, "node_modules/@cdktf/provider-aws/lib/index.js"))).toBe(true);
    expect(of("node_modules/@cdktf/provider-aws/lib/index")).toEqual([]);
    expect(of("node_modules/@cdktf/provider-aws/").length).toBeLessThanOrEqual(53);
  });

  test("loads nothing of what runs later: no gateway, no CLI, no local engine, no test tool", () => {
    for (const room of [
      "lib/runtime",
      "lib/local",
      "lib/cli",
      "node_modules/@aws-sdk",
      "node_modules/commander",
      "node_modules/chokidar",
    ]) {
      expect(of(room)).toEqual([]);
    }
  });

  test("stays small: what is added here is paid by everyone at every synth", () => {
    expect(of("lib/").length + of("constructs/").length).toBeLessThanOrEqual(161);
    expect(modules.length).toBeLessThanOrEqual(692);
  });
});
