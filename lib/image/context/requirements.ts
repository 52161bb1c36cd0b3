import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize, sep } from "node:path";
import { refusal } from "../checks";
import type { LocalFiles } from "../local-files";

const INCLUDE = /^\s*(?:-r|-c|--requirement|--constraint)[\s=]*([^\s#]+)/;

/** A package that is a folder or a file here, and would be none in the image. */
const LOCAL_PACKAGE = /^\s*(?:(?:-e|--editable)[\s=]*)?(\.{1,2}(?:\/\S*)?|\/\S+|file:\S+)\s*(?:#.*)?$/;

/** A requirements file and those that it includes, by their paths within its folder. */
export function requirementsFiles({ by, from }: LocalFiles): string[] {
  const folder = dirname(from);
  const found = new Set<string>();
  const visit = (name: string): void => {
    if (found.has(name)) return;
    if (name.startsWith(`..${sep}`) || name.startsWith(sep)) {
      const message = `is included, and lies outside ${folder}`;
      throw refusal(by, { prop: "path", value: name, message, fix: "Move it there, or the other files to it" });
    }
    if (!existsSync(join(folder, name))) {
      throw refusal(by, {
        prop: "path",
        value: join(folder, name),
        message: "is no file",
        fix: "Name a file that is there",
      });
    }
    found.add(name);
    for (const line of readFileSync(join(folder, name), "utf8").split(/\r?\n/)) {
      const local = LOCAL_PACKAGE.exec(line)?.[1];
      if (local !== undefined) {
        const message = `asks for ${local}, which is not in the image when pip reads it`;
        const fix = "Add it with addLocalDir, and install it with runCommands";
        throw refusal(by, { prop: "path", value: name, message, fix });
      }
      const included = INCLUDE.exec(line)?.[1];
      if (included !== undefined && !/^[a-z]+:\/\//i.test(included)) visit(normalize(join(dirname(name), included)));
    }
  };
  visit(basename(from));
  return [...found];
}
