import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";

const WRITE_WHEELS = `
import sys, zipfile
folder, *wheels = sys.argv[1:]
for wheel in wheels:
    name, version, *requires = wheel.split()
    info = f"{name}-{version}.dist-info"
    metadata = "".join(f"Requires-Dist: {each}\\n" for each in requires)
    with zipfile.ZipFile(f"{folder}/{name}-{version}-py3-none-any.whl", "w") as file:
        file.writestr(f"{name}.py", f"version = {version!r}\\n")
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n{metadata}")
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        file.writestr(f"{info}/RECORD", "")
`;

/** Writes wheels, given as `name version [requirement…]`; each holds one module of its name that knows its version. */
export function writeWheels(python: string, folder: string, wheels: readonly string[]): void {
  mkdirSync(folder, { recursive: true });
  execFileSync(python, ["-c", WRITE_WHEELS, folder, ...wheels]);
}
