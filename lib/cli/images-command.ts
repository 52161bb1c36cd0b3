import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Builder, findBuilder, type Registry } from "../builds/builder";
import { withLogin } from "../builds/login";
import { buildImage, type Pushed, pushImage, type WantedImage } from "../builds/push-image";
import { type Credentials, parseRegistry } from "../builds/registry";
import { wantedImage } from "../builds/wanted-images";
import { GATEWAY_FILES } from "../image";
import { LocalError } from "../local/local-error";
import { type ManifestFile, readManifest, readManifests } from "../local/manifests";
import { MANIFEST_FILE, type ManifestImage } from "../manifest";
import type { BuildOptions, ImagesOptions } from "./images-options";
import { reported } from "./reported";

/** A deploy that is broken off leaves neither a login nor files of a build. */
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const) {
  process.once(signal, () => process.exit(code));
}

interface Listed {
  readonly file: string;
  readonly stack: string;
  readonly region: string;
  readonly image: ManifestImage;
}

export function listImages(folder: string, options: ImagesOptions): Promise<void> {
  return reported(async () => {
    const rows = listed(folder, options).map(({ stack, image }) => {
      const { repository, tag, platform, functions } = image;
      return { stack, repository, tag, platform, functions, of: isGateway(image) ? "gateway" : "app" };
    });
    if (options.json) print(JSON.stringify(rows));
    else
      for (const { repository, tag, platform, functions, of } of rows)
        print(`${repository}:${tag}  ${platform}  ${of.padEnd(7)}  ${functions.join(", ")}`);
  });
}

export function buildImages(folder: string, { platform, ...options }: BuildOptions): Promise<void> {
  return reported(async () => {
    const builder = findBuilder(process.env);
    for (const one of listed(folder, options)) {
      const image = { ...wanted(one), ...(platform && { platform }) };
      const name = `${LOCAL.host}/${image.repository}:${image.tag}`;
      await buildImage(image, name, builder, { ...common(options), registry: LOCAL, builder: () => builder });
      said(options, { name }, `built ${name}`);
    }
  });
}

export function pushImages(folder: string, options: ImagesOptions): Promise<void> {
  return reported(async () => {
    for (const [region, images] of byRegion(listed(folder, options))) {
      const { registry, credentials } = await registryOf(region);
      await withLogin(registry, credentials, process.env, async (env) => {
        for (const one of images) {
          await ensureRepositoryOf(one, options);
          const settings = { ...common(options), env, registry, credentials, builder: (): Builder => findBuilder(env) };
          const pushed = await pushImage(wanted(one), settings);
          said(options, pushed, describe(pushed));
        }
      });
    }
  });
}

/** Of an image that is pushed nowhere. */
const LOCAL: Registry = { host: "localhost", isPlain: true };

/** Of the manifest in the folder, else of all that the app's last synth wrote. */
function listed(folder: string, { stack, tag }: ImagesOptions): Listed[] {
  const [here, outdir] = [join(folder, MANIFEST_FILE), join(folder, "cdktf.out")];
  if (!existsSync(here) && !existsSync(outdir)) {
    throw new LocalError(`Nothing has been synthesized in ${folder}: there is no cdktf.out.`, {
      fix: "Run: npx cdktf synth",
    });
  }
  const manifests: ManifestFile[] = existsSync(here) ? [readManifest(here)] : readManifests(outdir, stack);
  const all = manifests.flatMap(({ file, manifest }) =>
    (manifest.images ?? []).map((image) => ({ file, stack: manifest.stack, region: manifest.platform.region, image })),
  );
  const missing = (tag ?? []).find((wanted) => !all.some(({ image }) => image.tag === wanted));
  if (missing !== undefined) {
    throw new LocalError(`No image of these stacks has the tag ${missing}.`, {
      fix: "Synthesize again, and look: slipway images list",
    });
  }
  return tag === undefined ? all : all.filter(({ image }) => tag.includes(image.tag));
}

/** The one beside the code, of the library's own files. */
function isGateway({ files }: ManifestImage): boolean {
  return files.some(({ from }) => from === GATEWAY_FILES);
}

function wanted({ image, file }: Listed): WantedImage {
  return wantedImage(image, file);
}

function byRegion(images: readonly Listed[]): Map<string, Listed[]> {
  const regions = new Map<string, Listed[]>();
  for (const image of images) regions.set(image.region, [...(regions.get(image.region) ?? []), image]);
  return regions;
}

async function registryOf(region: string): Promise<{ registry: Registry; credentials?: Credentials }> {
  const given = process.env.SLIPWAY_REGISTRY;
  if (given !== undefined) return { registry: parseRegistry(given) };
  // The AWS SDK takes longer to load than all the rest.
  return (await import("../builds/ecr.js")).loginToEcr(region);
}

/** Where no deploy makes it. Another registry than ECR makes them by itself. */
async function ensureRepositoryOf(
  { region, image: { repository, create } }: Listed,
  options: ImagesOptions,
): Promise<void> {
  if (create === undefined || process.env.SLIPWAY_REGISTRY !== undefined) return;
  const { ensureRepository } = await import("../builds/ecr.js");
  const isNew = await ensureRepository(region, repository, create.kmsKeyArn);
  if (isNew) common(options).onProgress(`made the ECR repository ${repository}`);
}

/** What the builder says goes to standard error: it is nobody's result. */
function common({ json }: ImagesOptions) {
  return { env: process.env, onProgress: (line: string) => void (json || process.stderr.write(`${line}\n`)) };
}

function describe({ name, digest, isSkipped }: Pushed): string {
  return isSkipped ? `${name} is there already, ${digest}` : `pushed ${name}, ${digest}`;
}

function said({ json }: ImagesOptions, result: object, text: string): void {
  print(json ? JSON.stringify(result) : text);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
