import { type Problem, SlipwayError } from "../spec/errors";

/** What is wrong with an argument of a method of `Image`. */
export type Wrong = Omit<Problem, "code">;

/** Every problem of one call at once. */
export function check(method: string, problems: readonly Wrong[]): void {
  if (problems.length > 0) throw refusal(method, ...problems);
}

export function refusal(method: string, ...problems: readonly Wrong[]): SlipwayError {
  return new SlipwayError(
    `Image.${method}`,
    problems.map((problem) => ({ code: "SLIPWAY_E_INVALID_VALUE", ...problem })),
  );
}

export function pythonVersion(python: unknown): Wrong[] {
  return matching("python", [python], /^3\.1\d(\.\d+)?$/, "must be a version of Python from 3.10 on", '"3.12"');
}

export function registryReference(ref: unknown): Wrong[] {
  const message = "must be the name of an image: a registry, a repository, and a tag or digest, without a scheme";
  const pattern = /^[a-z0-9]([\w.-]|[/:@](?=\w))*$/i;
  return matching("ref", [ref], pattern, message, '"public.ecr.aws/docker/library/python:3.12-slim@sha256:…"');
}

export function ecrReference(repository: unknown, tag: unknown): Wrong[] {
  const name = /^[a-z0-9]+([._/-][a-z0-9]+)*$/;
  return [
    ...matching("repo", [repository], name, "must be a repository's name, without registry and tag", '"team/model"'),
    ...matching("tag", [tag], /^(\w[\w.-]{0,127}|sha256:[0-9a-f]{64})$/, 'must be a tag, or "sha256:…"', '"1.4.2"'),
  ];
}

export function debianPackages(packages: readonly unknown[]): Wrong[] {
  const pattern = /^[a-z0-9][a-z0-9+.-]*(:[a-z0-9]+)?(=[\w.+:~-]+)?$/;
  const message = "must be a Debian package's name, which a version may follow";
  return some("packages", packages, '"libgomp1"') ?? matching("packages", packages, pattern, message, '"libgomp1"');
}

/** No options: they would be options of the whole installation. */
export function pythonPackages(packages: readonly unknown[]): Wrong[] {
  const message = "must be a Python package's name, which versions may follow; options belong into a requirements file";
  const example = '"fastapi>=0.115"';
  return (
    some("packages", packages, example) ?? matching("packages", packages, /^[A-Za-z0-9][^\r\n]*$/, message, example)
  );
}

export function pythonModules(modules: readonly unknown[]): Wrong[] {
  const message = "must be the name of a module, as Python imports it";
  return matching("modules", modules, /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/, message, '"my_package"');
}

export function shellCommands(commands: readonly unknown[]): Wrong[] {
  return matching("commands", commands, /\S/, "must be a command for a shell", '"make build"');
}

export function workingFolder(path: unknown): Wrong[] {
  const message = "must be an absolute path without spaces, quotes and variables";
  return matching("path", [path], /^\/[^\s$"'\\]*$/, message, '"/app"');
}

/** Where local files go: builders expand variables there, whatever the quotes. */
export function destination(to: unknown): Wrong[] {
  const message = "must be a path in the image, without variables";
  return matching("to", [to], /^[^$\\\r\n]+$/, message, '"/app/data"');
}

export function argumentList(argv: readonly unknown[]): Wrong[] {
  const message = "must be a string: the program, and each argument by itself";
  return some("argv", argv, '["python", "server.py"]') ?? matching("argv", argv, /^/, message, '"server.py"');
}

export function variables(given: Readonly<Record<string, unknown>>): Wrong[] {
  return Object.entries(given).flatMap(([prop, value]): Wrong[] => {
    if (!/^[A-Za-z_]\w*$/.test(prop)) {
      const message = "is no name that a shell accepts";
      return [{ prop, value: undefined, message, fix: "Use letters, digits and underscores" }];
    }
    if (typeof value === "string" && !/[\r\n]/.test(value)) return [];
    return [{ prop, value: undefined, message: "must be a string of one line", fix: `Write ${prop}: "…"` }];
  });
}

function matching(
  prop: string,
  values: readonly unknown[],
  pattern: RegExp,
  message: string,
  example: string,
): Wrong[] {
  return values
    .filter((value) => typeof value !== "string" || !pattern.test(value))
    .map((value) => ({ prop, value, message, fix: `Write for example ${example}` }));
}

function some(prop: string, values: readonly unknown[], example: string): Wrong[] | undefined {
  if (values.length > 0) return undefined;
  return [{ prop, value: undefined, message: "names nothing", fix: `Write for example ${example}` }];
}
