import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MANIFEST_FILE } from "../manifest/schema";
import { TokenError } from "../tokens/token-error";

const VARIABLE = "SLIPWAY_TOKENS_TABLE";
const FIX = `Name it with --table, or set ${VARIABLE}.`;

/** The table that is meant: the one that is named, or the only one of the platforms that the app here deploys. */
export function tokensTableName(named: string | undefined, folder = process.cwd()): string {
  const given = named || process.env[VARIABLE];
  if (given) return given;
  const [first, ...others] = [...new Set(tablesOf(join(folder, "cdktf.out", "stacks")))];
  if (first === undefined)
    throw new TokenError(
      "There is no telling which tokens table is meant.",
      `${FIX} Or synthesize the app here first: cdktf synth`,
    );
  if (others.length > 0)
    throw new TokenError(`The app here has more than one tokens table: ${[first, ...others].join(", ")}.`, FIX);
  return first;
}

function tablesOf(stacks: string): string[] {
  if (!existsSync(stacks)) return [];
  return readdirSync(stacks)
    .sort()
    .map((stack) => join(stacks, stack, MANIFEST_FILE))
    .filter((file) => existsSync(file))
    .map((file) => JSON.parse(readFileSync(file, "utf8")).platform?.tokensTable)
    .filter((table) => typeof table === "string");
}
