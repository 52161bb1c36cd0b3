import type { WebKind } from "../web";

/** Serves a handler with the `slipway` Python package; the port comes from `PORT`, and of calls there is none. */
export function pythonCommand(
  kind: WebKind | "calls",
  handler: string,
  maxInputs: number,
  ...options: string[]
): string[] {
  const serve = ["python", "-m", "slipway", "serve", "--kind", kind, "--handler", handler];
  return [...serve, "--max-inputs", String(maxInputs), ...options];
}
