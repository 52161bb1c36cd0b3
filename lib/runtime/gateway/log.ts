import type { Output } from "./output";

type Fields = Readonly<Record<string, unknown>>;

/** One JSON line per lifecycle event on stdout. It carries no header, no body and no part of a URL. */
export interface Log {
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

export function createLog(output: Output, common: Fields): Log {
  const line = (level: string, event: string, fields: Fields = {}) => {
    output.line(JSON.stringify({ time: new Date().toISOString(), level, event, ...common, ...fields }));
    output.flush();
  };
  return {
    info: (event, fields) => line("info", event, fields),
    warn: (event, fields) => line("warn", event, fields),
    error: (event, fields) => line("error", event, fields),
  };
}

/** What a line says of an error that was thrown. */
export function thrown(error: unknown): Fields {
  const { message, stack } = error as Error;
  return { message, stack };
}
