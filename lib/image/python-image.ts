import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Image } from "./image";

/** What the `slipway` Python package serves: kinds of endpoint, and functions that run calls. */
export type PythonKind = "fastapi" | "asgi" | "wsgi" | "calls";

/** What each kind needs beside `slipway` itself: the extra of that kind in `pyproject.toml`. */
export const PYTHON_PACKAGES: Readonly<Record<PythonKind, readonly string[]>> = {
  fastapi: ["fastapi>=0.115", "uvicorn>=0.30"],
  asgi: ["uvicorn>=0.30", "websockets>=13"],
  wsgi: ["gunicorn>=26"],
  calls: [],
};

const CODE = "/app";

/**
 * The image of Python code that names none: Debian with what its requirements ask for and what its kind needs, then the code. A base
 * that is given has its packages already, and gets the rest.
 */
export function pythonImage(source: string, kind: PythonKind, base?: Image): Image {
  return (base ?? withPackages(source, kind)).addSlipway().workdir(CODE).addLocalDir(source, CODE);
}

function withPackages(source: string, kind: PythonKind): Image {
  const requirements = join(source, "requirements.txt");
  const packages = PYTHON_PACKAGES[kind];
  const image = existsSync(resolve(requirements))
    ? Image.debianSlim().pipInstallFromRequirements(requirements)
    : Image.debianSlim();
  return packages.length > 0 ? image.pipInstall(...packages) : image;
}
