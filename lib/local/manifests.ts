import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { MANIFEST_FILE, type Manifest, manifestSchema } from "../manifest/schema";
import { LocalError } from "./local-error";

export interface ManifestFile {
  readonly file: string;
  readonly manifest: Manifest;
}

/** What the stacks of an output folder deploy: all of them, or the one that is named. */
export function readManifests(outdir: string, onlyStack?: string): ManifestFile[] {
  const all = manifestFiles(outdir).map(readManifest);
  if (all.length === 0) {
    throw new LocalError("There is no Slipway platform in this app: none of its stacks wrote a slipway.json.", {
      fix: "Add a Platform and an endpoint to a stack, and leave the App's outdir at its default.",
    });
  }
  const chosen = all.filter(({ manifest }) => onlyStack === undefined || manifest.stack === onlyStack);
  if (chosen.length === 0) {
    throw new LocalError(`There is no stack "${onlyStack}" with a Slipway platform in this app.`, {
      fix: `Choose one of: ${all.map(({ manifest }) => manifest.stack).join(", ")}`,
    });
  }
  return chosen;
}

export function readManifest(file: string): ManifestFile {
  return { file, manifest: parseManifest(file) };
}

function manifestFiles(outdir: string): string[] {
  const stacks = join(outdir, "stacks");
  if (!existsSync(stacks)) return [];
  return readdirSync(stacks)
    .sort()
    .map((stack) => join(stacks, stack, MANIFEST_FILE))
    .filter((file) => existsSync(file));
}

function parseManifest(file: string): Manifest {
  const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (parsed.success) return parsed.data;
  throw new LocalError(
    `${file} is not a manifest that this version of slipway reads:\n${z.prettifyError(parsed.error)}`,
    {
      fix: "Use the same version of slipway in the app and for this command.",
    },
  );
}
