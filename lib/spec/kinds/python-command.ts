import type { WebKind } from "../web";

/** Serves a handler with the `slipway` Python package; the port comes from `PORT`. */
export function pythonCommand(kind: WebKind, handler: string, maxInputs: number, ...options: string[]): string[] {
  const serve = ["python", "-m", "slipway", "serve", "--kind", kind, "--handler", handler];
  return [...serve, "--max-inputs", String(maxInputs), ...options];
}
