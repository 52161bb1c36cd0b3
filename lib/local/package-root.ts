import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LocalError } from "./local-error";

/** The folder of the installed package: the same one seen from `lib/local` (source) and from `dist/lib/local` (built). */
export function packageRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).name === "slipway") return folder;
  }
  throw new LocalError(`No package.json of slipway above ${__dirname}.`, { fix: "Install the package again." });
}

/** The version in the package's own package.json. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")).version;
}

/** The gateway as the one bundled file that its container image holds too. */
export function gatewayProgram(): string {
  const file = join(packageRoot(), "dist", "gateway", "gateway.cjs");
  if (!existsSync(file)) {
    throw new LocalError(`The gateway program is not built: ${file} is missing.`, { fix: "Run: npm run build" });
  }
  return file;
}
