import { once } from "node:events";
import type { Server } from "node:net";
import { createLog, type Log, thrown } from "./log";
import { Output } from "./output";

/** sysexits.h: an internal error. */
const EXIT_SOFTWARE = 70;

/** What each kind of task has: its one stream of lines, and a way out that says why. */
export interface Program {
  readonly output: Output;
  readonly log: Log;
  exit(code: number, fields: object): void;
}

export function createProgram(common: { readonly app: string; readonly function: string }): Program {
  const output = new Output((text) => process.stdout.write(text));
  const log = createLog(output, { app: common.app, function: common.function });
  const exit = (code: number, fields: object) => {
    log.info("exit", { code, ...fields });
    process.exit(code);
  };
  process.on("uncaughtException", (error) => {
    log.error("crash", thrown(error));
    exit(EXIT_SOFTWARE, { reason: "crash" });
  });
  return { output, log, exit };
}

type Opening = readonly [server: Server, address: { readonly host?: string; readonly port: number }];

/** Opens one server after the other; a port that cannot be opened ends the program. */
export async function openAll({ log, exit }: Program, openings: readonly Opening[]): Promise<void> {
  try {
    for (const [server, address] of openings) {
      server.listen(address);
      await once(server, "listening");
    }
  } catch (error) {
    log.error("listen_failed", { message: (error as Error).message });
    exit(1, { reason: "listen_failed" });
  }
}
