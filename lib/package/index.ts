import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The folder of the installed package: the same one seen from `lib/package` (source) and from `dist/lib/package` (built). */
export function packageRoot(): string {
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).name === "slipway") return folder;
  }
  throw new Error(`No package.json of slipway above ${__dirname}: install the package again.`);
}

/** The gateway's program, and what its image is built from. */
export function gatewayFolder(): string {
  return join(packageRoot(), "dist", "gateway");
}

/** The version in the package's own package.json. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")).version;
}
