/** What the local engine finds out itself, and tells with the app's own ports. */
const TOLD_BY_ENGINE: readonly unknown[] = ["app_starts_slowly", "app_failed_to_start"];

/** A line of a gateway's JSON log as a person reads it; undefined for what only --verbose shows. */
export function gatewayLine(line: string, verbose: boolean): string | undefined {
  const entry = parse(line);
  if (!entry) return line;
  const { level, event, time: _, app: __, function: ___, ...rest } = entry;
  const isNews = (level === "error" || level === "warn") && !TOLD_BY_ENGINE.includes(event);
  if (!verbose && !isNews) return undefined;
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
