import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

const DEBIAN_PACKAGES = "/usr/lib/python3/dist-packages";

const WRITE_WHEEL = `
import sys, zipfile
from importlib.metadata import distributions
from pathlib import Path
name, packages, folder = sys.argv[1:]
found = next(each for each in distributions(path=[packages]) if each.metadata["Name"].lower() == name)
info = f"{name}-{found.version}.dist-info"
with zipfile.ZipFile(f"{folder}/{name}-{found.version}-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as wheel:
    for file in sorted(Path(packages, name).rglob("*.py")):
        wheel.write(file, file.relative_to(packages))
    wheel.writestr(f"{info}/METADATA", str(found.metadata))
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/RECORD", "")
`;

/**
 * Writes a wheel of a Python package that Debian has installed (`python3-<name>`), for pip where its index does not have it.
 * Nothing where Debian has not: then the index has to.
 */
export function writeDebianWheel(name: string, folder: string): void {
  if (!existsSync(join(DEBIAN_PACKAGES, name))) return;
  mkdirSync(folder, { recursive: true });
  execFileSync("python3", ["-c", WRITE_WHEEL, name, DEBIAN_PACKAGES, folder]);
}
