import { cpSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { buildPlant, type Plant } from "../plants";

const ROOT = join(__dirname, "../../../..");

/** What runs in a world: the gateway's program with its bundles, and the executor. */
export interface Programs {
  readonly executor: string;
  gatewayArguments(): string[];
}

/** The program as the package has it, or a build of it with a bug. */
export async function preparePrograms(folder: string, plant?: Plant): Promise<Programs> {
  mkdirSync(folder, { recursive: true });
  const executor = join(folder, "executor.cjs");
  await build({
    entryPoints: [join(__dirname, "../executor/main.ts")],
    outfile: executor,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    logLevel: "error",
  });
  if (plant === undefined) {
    // Of its own, since a build meanwhile would take it away.
    cpSync(join(ROOT, "dist/gateway"), folder, { recursive: true });
  } else {
    await buildPlant(plant, folder);
  }
  const args = [...flags(), "--require", join(__dirname, "../skew.cjs"), join(folder, "gateway.cjs")];
  return { executor, gatewayArguments: () => args };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "chaos-calls-"));
}

/** Node's flags, as the image has them. */
function flags(): string[] {
  const image = readFileSync(join(ROOT, "lib/runtime/gateway/Dockerfile"), "utf8");
  const entry: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(image)![1]!);
  return entry.slice(1, -1);
}
