import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** What terraform downloads, and what is only linked to. */
const NOT_ITS_OWN = new Set([".terraform", "node_modules", "mirror"]);

/** Every file that was written under a folder, by its name. */
export function filesUnder(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (NOT_ITS_OWN.has(entry.name) || entry.isSymbolicLink()) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) for (const [name, text] of filesUnder(path)) found.set(name, text);
    else if (entry.isFile() && statSync(path).size > 0) found.set(path, readFileSync(path, "latin1"));
  }
  return found;
}

/** Which of the texts hold one of the values: as it is, in base64, or escaped as JSON would have it. */
export function textsWith(values: readonly string[], texts: ReadonlyMap<string, string>): string[] {
  const forms = values.flatMap((value) => [
    value,
    Buffer.from(value).toString("base64").replace(/=+$/, ""),
    JSON.stringify(value).slice(1, -1),
  ]);
  return [...texts].filter(([, text]) => forms.some((form) => text.includes(form))).map(([name]) => name);
}
