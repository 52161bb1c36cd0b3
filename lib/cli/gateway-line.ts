/** A line of a gateway's JSON log as a person reads it; undefined for what only --verbose shows. */
export function gatewayLine(line: string, verbose: boolean): string | undefined {
  const entry = parse(line);
  if (!entry) return line;
  const { level, event, time: _, app: __, function: ___, ...rest } = entry;
  if (!verbose && level !== "error" && level !== "warn") return undefined;
  const fields = Object.entries(rest).map(
    ([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return `gateway ${level}: ${event}${fields.join("")}`;
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
