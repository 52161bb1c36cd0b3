// How the gateway's program is bundled, for whoever builds it: the package, and tests that build it with a bug.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const gateway = join(root, "lib/runtime/gateway");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** @type {(outdir: string) => import("esbuild").BuildOptions} */
export const gatewayBundle = (outdir) => ({
  entryPoints: {
    gateway: join(gateway, "main.ts"),
    // Only a gateway that asks for tokens reads it.
    dynamodb: join(gateway, "auth/dynamodb.ts"),
    // Only a gateway that has to do with function calls reads it.
    calls: join(gateway, "calls/index.ts"),
    // Only a gateway that sends spans reads it.
    opentelemetry: join(gateway, "tracing/opentelemetry.ts"),
  },
  // ES modules, of which a bundle takes only what is used: 5 MiB less in memory for either SDK.
  mainFields: ["module", "main"],
  define: { SLIPWAY_VERSION: JSON.stringify(version) },
  outdir,
  outExtension: { ".js": ".cjs" },
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  legalComments: "linked",
  logLevel: "warning",
});
