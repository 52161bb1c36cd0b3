import type { WebKind } from "../web";

/** Serves a handler with the `slipway` Python package; the port comes from `PORT`. */
export function pythonCommand(kind: WebKind, handler: string, ...options: string[]): string[] {
  return ["python", "-m", "slipway", "serve", "--kind", kind, "--handler", handler, ...options];
}
