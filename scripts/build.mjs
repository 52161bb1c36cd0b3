// Builds dist/: the library and the CLI with tsc, the gateway as bundles that need no node_modules.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { gatewayBundle } from "./gateway-bundle.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);

rmSync(join(root, "dist"), { recursive: true, force: true });
execFileSync(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", join(root, "tsconfig.json")], {
  stdio: "inherit",
});
await build(gatewayBundle(join(root, "dist/gateway")));
// The folder is what its image is built from.
copyFileSync(join(root, "lib/runtime/gateway/Dockerfile"), join(root, "dist/gateway/Dockerfile"));
chmodSync(join(root, "dist/lib/cli/main.js"), 0o755);
