/** What appeared (`+`) and what vanished (`-`) between two lists of resources. */
export function changesBetween(before: readonly string[], after: readonly string[]): string[] {
  return [...without(after, before).map((one) => `+ ${one}`), ...without(before, after).map((one) => `- ${one}`)];
}

/** Some resources have no name of their own, so equal lines are counted. */
function without(lines: readonly string[], known: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of known) counts.set(line, (counts.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const left = counts.get(line) ?? 0;
    counts.set(line, left - 1);
    return left <= 0;
  });
}
