import { DevSession } from "../local";
import type { DevCommandOptions } from "./program";
import { reportFor, serveSession } from "./serve-session";

export async function dev(folder: string, options: DevCommandOptions): Promise<void> {
  const report = reportFor(options);
  const { port, host, stack } = options;
  await serveSession(
    report,
    () => new DevSession({ folder, port, host, stack, onEvent: (event) => report.event(event) }),
  );
}
