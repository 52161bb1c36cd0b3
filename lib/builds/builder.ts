import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { BuildError } from "./build-error";

export const BUILDERS = ["docker", "podman", "buildah"] as const;
export type Builder = (typeof BUILDERS)[number];

/** One image to build. */
export interface Build {
  /** Files' paths. */
  readonly dockerfile: string;
  readonly context: string;
  /** `linux/amd64` or `linux/arm64`. */
  readonly platform: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** `registry/repository:tag` */
  readonly name: string;
}

export interface Registry {
  /** Host, and port if any. */
  readonly host: string;
  /** Not over TLS: a registry on this machine. */
  readonly isPlain: boolean;
}

/** The builder that SLIPWAY_BUILDER names, else the first that is installed. */
export function findBuilder(env: NodeJS.ProcessEnv): Builder {
  const wanted = env.SLIPWAY_BUILDER;
  if (wanted !== undefined && !BUILDERS.includes(wanted as Builder)) {
    throw new BuildError(`SLIPWAY_BUILDER is ${JSON.stringify(wanted)}, which is no builder that slipway knows.`, {
      fix: `Use one of ${BUILDERS.join(", ")}`,
    });
  }
  const found = BUILDERS.find((name) => (wanted === undefined || name === wanted) && isInstalled(name, env.PATH ?? ""));
  if (found !== undefined) return found;
  throw new BuildError(`Images have to be built, and there is no ${wanted ?? "docker, podman or buildah"} here.`, {
    fix: "Install one of docker, podman and buildah; or run `slipway images push` on a machine that has one before the deploy, which then finds them in the registry",
  });
}

function isInstalled(name: string, path: string): boolean {
  return path.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What builds an image, and leaves it where `pushArguments` finds it. */
export function buildArguments(builder: Builder, { dockerfile, context, platform, buildArgs, name }: Build): string[] {
  const args = Object.entries(buildArgs).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
  const common = ["--platform", platform, "--file", dockerfile, "--tag", name, ...args];
  // An attestation beside the image would make a list of it, which not every reader of a registry takes.
  if (builder === "docker")
    return ["buildx", "build", "--load", "--provenance=false", "--progress=plain", ...common, context];
  return ["build", "--layers", ...common, context];
}

export function pushArguments(builder: Builder, name: string, { isPlain }: Registry): string[] {
  // Docker itself takes registries on this machine for plain ones.
  return builder === "docker" || !isPlain ? ["push", name] : ["push", "--tls-verify=false", name];
}

/** The same for a build whose base is in that registry. */
export function baseOptions(builder: Builder, { isPlain }: Registry): string[] {
  return builder === "docker" || !isPlain ? [] : ["--tls-verify=false"];
}
