import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const REQUIREMENTS_FILE = "requirements.txt";
const INCLUDE = /^\s*(?:-r|-c|--requirement|--constraint)[\s=]*([^\s#]+)/gm;

/** The `requirements.txt` of a folder. */
export interface Requirements {
  readonly file: string;
  /** Its text and that of every file it includes: any change of what it asks for changes this. */
  readonly text: string;
}

/** Undefined when the folder has no `requirements.txt`. */
export function readRequirements(folder: string): Requirements | undefined {
  const file = join(folder, REQUIREMENTS_FILE);
  return existsSync(file) ? { file, text: readWithIncludes(file, new Set()) } : undefined;
}

function readWithIncludes(file: string, seen: Set<string>): string {
  if (seen.has(file) || !existsSync(file)) return "";
  seen.add(file);
  const text = readFileSync(file, "utf8");
  const included = [...text.matchAll(INCLUDE)].map(([, path]) => readWithIncludes(resolve(dirname(file), path!), seen));
  return [text, ...included].join("\n");
}
