import type { DevSession } from "../local";
import { jsonReport } from "./json-report";
import type { OutputOptions } from "./program";
import type { Report } from "./report";
import { TextReport } from "./text-report";

/** `npm run` passes a terminal's Ctrl-C on to a program that has it already: two signals this close are one. */
const SAME_PRESS_MS = 300;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export function reportFor({ json = false, verbose = false }: OutputOptions): Report {
  return json ? jsonReport : new TextReport(verbose);
}

/**
 * Runs a session until a signal, or until what is done when it is ready asks for its end, and ends this program:
 * with 0 after a clean stop, with 1 after an error. A second signal ends it, and every process it started, at once.
 */
export async function serveSession(
  report: Report,
  create: () => DevSession | Promise<DevSession>,
  whenReady: (session: DevSession) => Promise<"stay" | "stop"> = async () => "stay",
): Promise<never> {
  let session: DevSession | undefined;
  let firstSignal: number | undefined;
  const onSignal = () => {
    const now = performance.now();
    if (firstSignal === undefined) {
      firstSignal = now;
      void (session?.stop() ?? Promise.resolve()).then(() => process.exit(0));
    } else if (now - firstSignal > SAME_PRESS_MS) {
      process.exit(1);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  // The terminal or the reader of a pipe is gone: nobody is left to serve for.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onSignal);

  try {
    session = await create();
    await session.start();
    if ((await whenReady(session)) === "stop") {
      await session.stop();
      process.exit(0);
    }
  } catch (error) {
    if (firstSignal === undefined) {
      await session?.stop();
      report.error(error);
      process.exit(1);
    }
  }
  return new Promise(() => {});
}
