import type { IncomingHttpHeaders } from "node:http";

export interface Ask {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What is particular to one of AWS's services. */
export interface Service {
  readonly name: string;
  operation(ask: Ask): string;
  /** As the service itself says that it has failed, or is asked too much. */
  failure(kind: "error" | "throttle", count: number): Answer;
  /** Has the request carried out, and sees to what befalls it on the far side. */
  carryOut(operation: string, ask: Ask, forward: Forward): Promise<Answer>;
}

/** Asks the engine itself. Undefined answers are of clients that have left. */
export type Forward = (ask: Ask) => Promise<Answer>;

export function json(status: number, body: object, headers: IncomingHttpHeaders = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/x-amz-json-1.0", ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** The same, with another body: what the old one was is no longer so. */
export function withBody<T extends Ask | Answer>(message: T, body: object): T {
  const { "x-amz-crc32": _crc, "content-length": _length, ...headers } = message.headers;
  return { ...message, headers, body: Buffer.from(JSON.stringify(body)) };
}
