/** Where the bases of `Image.debianSlim()` and of the gateway come from. */
const OFFICIAL = /^(FROM |ARG BASE=)public\.ecr\.aws\/docker\/library\//gm;

/**
 * Takes Docker's official images from the registry that SLIPWAY_BASE_REGISTRY names, such as a mirror within a company. The image's tag
 * does not change: the mirror's content is that of the original.
 */
export function withMirror(dockerfile: string, { SLIPWAY_BASE_REGISTRY: mirror }: NodeJS.ProcessEnv): string {
  return mirror ? dockerfile.replace(OFFICIAL, `$1${mirror.replace(/\/$/, "")}/`) : dockerfile;
}
