import { join } from "node:path";
import { packageRoot } from "./package-root";

/** What the `slipway` package serves: kinds of endpoint, and functions that run calls. */
export type PythonKind = "fastapi" | "asgi" | "wsgi" | "calls";

/** What each kind needs beside `slipway` itself: the extra of that kind in `pyproject.toml`. */
export const PACKAGES: Readonly<Record<PythonKind, readonly string[]>> = {
  fastapi: ["fastapi>=0.115", "uvicorn>=0.30"],
  asgi: ["uvicorn>=0.30", "websockets>=13"],
  wsgi: ["gunicorn>=26"],
  calls: [],
};

/** The folder that holds the Python package `slipway`. */
export function pythonPackageFolder(): string {
  return join(packageRoot(), "lib", "runtime", "python");
}
