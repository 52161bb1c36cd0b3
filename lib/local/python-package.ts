import { join } from "node:path";
import { packageRoot } from "./package-root";

/** Kinds of endpoint that the `slipway` package serves. */
export type PythonKind = "fastapi" | "asgi" | "wsgi";

/** What each kind needs beside `slipway` itself: the extra of that kind in `pyproject.toml`. */
export const PACKAGES: Readonly<Record<PythonKind, readonly string[]>> = {
  fastapi: ["fastapi>=0.115", "uvicorn>=0.30"],
  asgi: ["uvicorn>=0.30", "websockets>=13"],
  wsgi: ["gunicorn>=26"],
};

/** The folder that holds the Python package `slipway`. */
export function pythonPackageFolder(): string {
  return join(packageRoot(), "lib", "runtime", "python");
}
