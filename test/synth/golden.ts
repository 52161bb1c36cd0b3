import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const GOLDEN = join(__dirname, "golden");

/**
 * Compares with a file that is committed under `golden/`. After a change that is meant, write the files anew and review the
 * difference as users will meet it:
 *
 *     UPDATE_GOLDEN=1 npx jest test/synth/golden
 */
export function expectGolden(name: string, written: string): void {
  // It changes with each byte of the library's own code in an image.
  const content = written.replace(/\b[0-9a-f]{32}-(x86_64|arm64)\b/g, "<content hash>-$1");
  const path = join(GOLDEN, name);
  if (process.env.UPDATE_GOLDEN === "1") {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  if (!existsSync(path)) throw new Error(`${relative(process.cwd(), path)} does not exist: run with UPDATE_GOLDEN=1`);
  const golden = readFileSync(path, "utf8");
  // Parsed first: a difference in JSON is shown where it is, and one in bytes only when that is all there is.
  if (name.endsWith(".json")) expect(JSON.parse(content)).toEqual(JSON.parse(golden));
  expect(content).toBe(golden);
}
