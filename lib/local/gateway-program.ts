import { existsSync } from "node:fs";
import { join } from "node:path";
import { gatewayFolder } from "../package";
import { LocalError } from "./local-error";

/** The gateway as the one bundled file that its container image holds too. */
export function gatewayProgram(): string {
  const file = join(gatewayFolder(), "gateway.cjs");
  if (!existsSync(file)) {
    throw new LocalError(`The gateway program is not built: ${file} is missing.`, { fix: "Run: npm run build" });
  }
  return file;
}
