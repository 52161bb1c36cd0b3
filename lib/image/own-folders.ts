import { relative, resolve } from "node:path";
import { gatewayFolder } from "../package";
import { pythonPackage } from "./python-package";

/** The gateway's, by the name that manifests have for them. */
export const GATEWAY_FILES = "slipway:gateway";

/** Folders of the library's own, by the names that manifests have for them: where npm puts the library differs between machines. */
const OWN: Readonly<Record<string, () => string>> = {
  [GATEWAY_FILES]: gatewayFolder,
  "slipway:python": pythonPackage,
};

/** What a manifest in `folder` calls a path. */
export function nameOf(path: string, folder: string): string {
  const own = Object.entries(OWN).find(([, find]) => find() === path)?.[0];
  return own ?? (relative(folder, path) || ".");
}

/** The path that a manifest in `folder` means by a name. */
export function pathOf(name: string, folder: string): string {
  return OWN[name]?.() ?? resolve(folder, name);
}
