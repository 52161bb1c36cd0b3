export interface ClientRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In base64. */
  readonly body?: string;
}

/** How a WebSocket is asked for. */
export interface Handshake {
  readonly path: string;
  readonly subprotocols?: readonly string[];
  readonly origin?: string;
}

/** An answer as a client got it. */
export interface ClientAnswer {
  readonly status: number;
  /** Names in lower case, in the order in which they came. */
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
  /** In base64. */
  readonly body: string;
  readonly trailers?: ReadonlyArray<readonly [name: string, value: string]>;
}

export interface Address {
  readonly port: number;
  /** The Host header. */
  readonly host: string;
}

export type TimedLine = readonly [readAtSeconds: number, line: string];

/** An independent HTTP client. */
export interface Client {
  readonly name: string;
  /** Sends requests one after the other. */
  exchange(address: Address, requests: readonly ClientRequest[]): Promise<ClientAnswer[]>;
  /** The lines of a stream, each with the time at which it was read. */
  lines(address: Address, path: string): Promise<TimedLine[]>;
}

/** More than any answer of the example. */
export const MOST_OUTPUT = 64 * 1024 * 1024;

/** A client that hangs is ended, however patient its test is. */
export const MOST_MS = 60_000;
