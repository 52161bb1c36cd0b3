import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Endpoint, endpointsOf } from "../deployed";
import { readManifests } from "../local/manifests";
import { readProject, synthesize } from "../local/synth";
import type { DeployedOptions } from "./program";
import type { Progress } from "./progress";

/** The endpoints that the app of a folder deploys, from its manifests: of a fresh synth, or of the last one. */
export async function deployedEndpoints(options: DeployedOptions, progress: Progress): Promise<Endpoint[]> {
  const { stack, region, skipSynth, verbose } = options;
  const folder = resolve(options.folder);
  const read = (outdir: string) =>
    endpointsOf(
      readManifests(outdir, stack).map(({ manifest }) => manifest),
      region,
    );
  if (skipSynth) return read(join(folder, readProject(folder).output));

  // Not where `slipway dev` synthesizes, which may be running in this folder.
  const outdir = mkdtempSync(join(tmpdir(), "slipway-synth-"));
  try {
    progress.step("synthesizing the app");
    const onOutput = verbose ? (line: string) => process.stderr.write(`${line}\n`) : undefined;
    return read(await synthesize({ folder, outdir, onOutput }));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
