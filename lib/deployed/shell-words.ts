/** A word of a command line as a POSIX shell reads it: ECS Exec takes the whole line as one text, and splits it that way. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
