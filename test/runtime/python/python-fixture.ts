import { join } from "node:path";
import { ensurePythonEnvironment, type PythonEnvironment } from "../../../lib/local/python-environment";

const CACHE = join(__dirname, "../../../node_modules/.cache/slipway-test/python");

let environment: Promise<PythonEnvironment> | undefined;

/** How long making the environment may take where it is not cached yet. */
export const PYTHON_SETUP_MS = 300_000;

/** A real environment with `slipway`, what every kind needs, and the frameworks in requirements.txt, kept for later runs. */
export function testPython(): Promise<PythonEnvironment> {
  environment ??= ensurePythonEnvironment({
    folder: CACHE,
    source: __dirname,
    kinds: ["fastapi", "asgi", "wsgi"],
    onProgress: () => {},
  });
  return environment;
}
