/** A shell word that is taken as it is. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What builders keep between builds, and no layer holds. */
export function cacheMount(target: string): string {
  return `--mount=type=cache,target=${target},sharing=locked`;
}

export function run(command: string, ...mounts: string[]): string {
  return ["RUN", ...mounts, command].join(" ");
}

/** A command of the user's: as a list where the builder would not take the text for one command. */
export function runCommand(command: string): string {
  const isPlain = /^[^\s[<-]/.test(command) && !/[\r\n]|\\$|<</.test(command);
  return isPlain ? `RUN ${command}` : list("RUN", ["/bin/sh", "-c", command]);
}

/** An instruction in JSON form, in which nothing is expanded but variables. */
export function list(instruction: string, words: readonly string[]): string {
  return `${instruction} ${JSON.stringify(words)}`;
}

/** A value of ENV in quotes: a dollar sign is one, and no variable. */
export function env(variables: Readonly<Record<string, string>>): string {
  const quoted = (value: string) => `"${value.replace(/[\\"$]/g, "\\$&")}"`;
  return `ENV ${Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(" ")}`;
}
