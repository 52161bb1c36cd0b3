import { leaf, type Refused, refuse } from "../values";

const FORM = "must be a list: a program and its arguments";
const EXAMPLE = ["node", "server.js"];

const SHELLS: readonly string[] = ["sh", "ash", "bash", "dash", "zsh"];
const OPERATORS: readonly string[] = ["&&", "||", "|", "&", ";", ">", ">>", "<"];
const ASSIGNMENT = /^[A-Za-z_]\w*=/;
/** `$PORT`, `${PORT}`, and `$(PORT)` as Kubernetes writes it. */
const VARIABLE = /\$[{(]?[A-Z_][A-Z0-9_]*/;

/** A schema for a container's command, which no shell reads. */
export function command() {
  return leaf<readonly string[]>(read, { token: "early", example: written(EXAMPLE) });
}

function read(value: unknown): readonly string[] | Refused {
  if (typeof value === "string" && value.trim() !== "") return refuse(FORM, `Write ${written(asList(value))}`);
  if (!Array.isArray(value) || value.length === 0) return refuse(FORM, `Write for example ${written(EXAMPLE)}`);
  if (!value.every((part) => typeof part === "string" && part.trim() !== "")) {
    const hasNumbers = value.every((part) => String(part).trim() !== "" && ["string", "number"].includes(typeof part));
    const fix = hasNumbers ? `Write ${written(value.map(String))}` : `Write for example ${written(EXAMPLE)}`;
    return refuse(`${FORM}, all of them text`, fix);
  }
  const parts = value as [string, ...string[]];
  const [program, ...rest] = parts;
  if (/\s/.test(program)) {
    const list = rest.length === 0 ? asList(program) : [...program.trim().split(/\s+/), ...rest];
    return refuse("begins with a program and its arguments in one text", `Write ${written(list)}`);
  }
  const [variable] = ASSIGNMENT.exec(program) ?? [];
  if (variable) {
    const fix = variable === "PORT=" ? "Remove it: port sets PORT" : `Set ${variable.slice(0, -1)} in env`;
    return refuse(`begins with ${program}, which only a shell reads`, fix);
  }
  const forShell = partForShell(parts);
  if (forShell === undefined) return parts;
  const foreground = parts.at(-1) === "&" ? parts.slice(0, -1) : parts;
  const list = partForShell(foreground) ? inShell(foreground.map(quoted).join(" ")) : foreground;
  return refuse(`holds ${JSON.stringify(forShell)}, which only a shell reads`, `Write ${written(list)}`);
}

function partForShell(parts: readonly string[]): string | undefined {
  if (parts.some((part) => SHELLS.includes(part.split("/").pop()!))) return undefined;
  return parts.find((part) => OPERATORS.includes(part) || VARIABLE.test(part));
}

/** What a line for the shell is as a list. */
function asList(line: string): string[] {
  const isPlain = !ASSIGNMENT.test(line) && !/[&|;<>$`"'()*?~\\]/.test(line);
  return isPlain ? line.trim().split(/\s+/) : inShell(line.trim());
}

/** `exec` where there is one command only, so that SIGTERM reaches the server. */
function inShell(line: string): string[] {
  const isOne = !ASSIGNMENT.test(line) && !/[&|;\n]/.test(line) && !line.startsWith("exec ");
  return ["sh", "-c", isOne ? `exec ${line}` : line];
}

/** For the shell; in double quotes, between which it still fills in variables. */
function quoted(part: string): string {
  if (/^[\w@%+=:,./${}-]+$/.test(part) || OPERATORS.includes(part)) return part;
  return /["\\`]/.test(part) ? `'${part}'` : `"${part}"`;
}

function written(parts: readonly string[]): string {
  return `[${parts.map((part) => JSON.stringify(part)).join(", ")}]`;
}
