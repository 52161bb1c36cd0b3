import { stage } from "../image/context/stage";
import { ECR_REGISTRY_ARG } from "../image/image";
import type { LocalFiles } from "../image/local-files";
import { runCommand } from "../local/run-command";
import { withMirror } from "./base-images";
import { BuildError } from "./build-error";
import { type Builder, baseOptions, buildArguments, pushArguments, type Registry } from "./builder";
import { type Credentials, digestOf } from "./registry";
import { withTemporaryFolder } from "./temporary-folder";

/** An image that a stack runs, as its manifest has it. */
export interface WantedImage {
  readonly repository: string;
  readonly tag: string;
  readonly platform: string;
  readonly dockerfile: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly localFiles: readonly LocalFiles[];
}

export interface PushOptions {
  /** Asked for only when there is something to build. */
  readonly builder: () => Builder;
  readonly registry: Registry;
  readonly credentials?: Credentials;
  /** The builder's environment. */
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
  readonly signal?: AbortSignal;
}

export interface Pushed {
  readonly name: string;
  readonly digest: string;
  /** The registry had it. */
  readonly isSkipped: boolean;
}

const LAST_LINES = 40;

/** Builds what the registry does not have, and pushes it. */
export async function pushImage(image: WantedImage, options: PushOptions): Promise<Pushed> {
  const { registry, credentials, onProgress } = options;
  const { repository, tag } = image;
  const name = `${registry.host}/${repository}:${tag}`;
  const known = await digestOf(registry, repository, tag, credentials);
  if (known !== undefined) return { name, digest: known, isSkipped: true };
  const builder = options.builder();
  await buildImage(image, name, builder, options);
  onProgress(`pushing ${name}`);
  await runBuilder(builder, pushArguments(builder, name, registry), "pushed", name, options);
  const digest = await digestOf(registry, repository, tag, credentials);
  if (digest !== undefined) return { name, digest, isSkipped: false };
  throw new BuildError(`${name} was pushed, and the registry does not have it.`, {
    fix: "Run it again, and look at the registry's log",
  });
}

/** Builds it whether or not a registry has it, and leaves it with the builder. */
export async function buildImage(
  image: WantedImage,
  name: string,
  builder: Builder,
  options: PushOptions,
): Promise<void> {
  options.onProgress(`building ${name} with ${builder}`);
  await withTemporaryFolder("slipway-image-", async (folder) => {
    const { platform, buildArgs } = image;
    const dockerfile = withMirror(image.dockerfile, options.env);
    const staged = stage({ ...image, dockerfile }, folder);
    const args = { ...buildArgs, ...(isOnEcr(image) && { [ECR_REGISTRY_ARG]: options.registry.host }) };
    const [verb, ...others] = buildArguments(builder, { ...staged, platform, buildArgs: args, name });
    await runBuilder(builder, [verb!, ...baseOptions(builder, options.registry), ...others], "built", name, options);
  });
}

/** Its base is in the registry that it is pushed to. */
function isOnEcr({ dockerfile }: WantedImage): boolean {
  return dockerfile.startsWith(`ARG ${ECR_REGISTRY_ARG}\n`);
}

async function runBuilder(
  builder: Builder,
  args: readonly string[],
  verb: "built" | "pushed",
  name: string,
  { env, onProgress, signal }: PushOptions,
): Promise<void> {
  const { code, lines } = await runCommand(builder, args, { cwd: process.cwd(), env, onLine: onProgress, signal });
  if (code === 0) return;
  const output = lines.slice(-LAST_LINES).join("\n");
  throw new BuildError(`${name} could not be ${verb}: ${builder} ended with ${code}.`, { output, fix: fixFor(output) });
}

const FIXES: ReadonlyArray<readonly [RegExp, string]> = [
  [
    /no space left on device/i,
    "Make room: `docker system prune`, or that of the builder in use, removes what is not needed",
  ],
  [
    /exec format error/i,
    "This machine cannot run programs of the image's architecture: build on one that can, or install qemu-user-static",
  ],
  [
    /(manifest|name) unknown|not found: manifest|pull access denied|repository does not exist/i,
    "Look at the name of the base image",
  ],
  [
    /denied|unauthorized|authentication required|403 Forbidden|method not allowed/i,
    "Look at the permissions of who runs this, on the registry that the builder names",
  ],
  [/Cannot connect to the Docker daemon/i, "Start Docker, or set SLIPWAY_BUILDER to podman or buildah"],
];

function fixFor(output: string): string {
  return FIXES.find(([pattern]) => pattern.test(output))?.[1] ?? "The builder's own words are above";
}
