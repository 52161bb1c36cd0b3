import { dirname } from "node:path";
import { pathOf } from "../image";
import { contentHash } from "../image/context/content-hash";
import type { LocalFiles } from "../image/local-files";
import { BuildError } from "./build-error";
import type { WantedImage } from "./push-image";

/** An image as a manifest has it: its files by paths that are relative to the manifest, or by `slipway:` names. */
export interface ListedImage extends Omit<WantedImage, "localFiles"> {
  readonly files: readonly LocalFiles[];
}

/** An image of the manifest in this file, to be built. Refused when its files are no longer what its tag says. */
export function wantedImage({ files, ...image }: ListedImage, manifestFile: string): WantedImage {
  const folder = dirname(manifestFile);
  const localFiles = files.map(({ from, ...local }) => ({ ...local, from: pathOf(from, folder) }));
  const wanted = { ...image, localFiles };
  const [hash = ""] = image.tag.split("-");
  if (contentHash(wanted).startsWith(hash)) return wanted;
  throw new BuildError(`The files of ${image.repository}:${image.tag} have changed since the stack was synthesized.`, {
    fix: "Synthesize again (`cdktf deploy` does), so that what is built is what was planned",
  });
}
