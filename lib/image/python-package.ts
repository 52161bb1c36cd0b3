import { join } from "node:path";
import { packageRoot } from "../package";

/** The folder that holds the Python package `slipway`. */
export function pythonPackage(): string {
  return join(packageRoot(), "lib", "runtime", "python");
}
