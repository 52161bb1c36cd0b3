import { existsSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** Values that AWS has and this machine has not: a developer gives them in the shell or in a `.env` file. The shell wins. */
export function givenValues(
  names: readonly string[],
  shell: NodeJS.ProcessEnv,
  dotenvFile: string | undefined,
): { values: Record<string, string>; missing: string[] } {
  const dotenv =
    names.length > 0 && dotenvFile && existsSync(dotenvFile) ? parseEnv(readFileSync(dotenvFile, "utf8")) : {};
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const name of names) {
    const value = shell[name] ?? dotenv[name];
    if (value === undefined) missing.push(name);
    else values[name] = value;
  }
  return { values, missing };
}
