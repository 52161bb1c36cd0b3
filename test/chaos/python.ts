import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePythonEnvironment, type PythonEnvironment } from "../../lib/local/python-environment";

/** Where the apps are. */
export const APPS = join(__dirname, "apps");

let environment: Promise<PythonEnvironment> | undefined;

/** A real environment with `slipway`, uvicorn and gunicorn, made once and kept for later runs. */
export function python(): Promise<PythonEnvironment> {
  environment ??= ensurePythonEnvironment({
    folder: join(tmpdir(), "slipway-chaos-python"),
    source: APPS,
    kinds: ["fastapi", "asgi", "wsgi"],
    onProgress: (line) => process.stderr.write(`${line}\n`),
  });
  return environment;
}
