import { join } from "node:path";
import { gatewayFolder } from "../package";
import { Image } from "./image";

let image: Image | undefined;

/** The gateway of this version of the library. */
export function gatewayImage(): Image {
  image ??= Image.fromDockerfile(join(gatewayFolder(), "Dockerfile"));
  return image;
}
