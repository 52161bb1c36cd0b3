import { createHash } from "node:crypto";

/** By which results are compared: the JSON as Node writes it, whatever spaces it came with. */
export function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}

/** Of a call's error: its type and message, since the traceback may be shortened. */
export function errorText(error: { readonly type: string; readonly message: string }): string {
  return `${error.type}: ${error.message}`;
}
