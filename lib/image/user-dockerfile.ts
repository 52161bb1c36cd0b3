import { existsSync, readFileSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { refusal } from "./checks";

/** The text of a Dockerfile, which must lie in the folder that it is built with: builders on other machines get no other. */
export function readUserDockerfile(path: string, context: string | undefined): string {
  const file = resolve(path);
  if (!existsSync(file)) {
    const fix = "Name the file itself, relative to the folder that the process runs in, or by __dirname";
    throw refusal("fromDockerfile", { prop: "path", value: path, message: "is no file", fix });
  }
  const folder = resolve(context ?? dirname(file));
  const within = relative(folder, file);
  if (within.startsWith(`..${sep}`) || resolve(within) === within) {
    const message = `does not hold the Dockerfile, ${path}`;
    throw refusal("fromDockerfile", { prop: "context", value: context, message, fix: "Name a folder above it" });
  }
  return readFileSync(file, "utf8");
}
