/** What the load generator, a process of its own, is asked to do with the server on a port. */
export type Order =
  /** Each connection sends its next request as soon as it has its answer. */
  | { readonly kind: "closed"; readonly port: number; readonly connections: number; readonly count: number }
  /** Requests are sent at a fixed rate, whether or not earlier ones were answered. */
  | { readonly kind: "open"; readonly port: number; readonly rate: number; readonly seconds: number }
  /** Event streams one after the other: until the first byte of the body. */
  | { readonly kind: "events"; readonly port: number; readonly count: number }
  /** Messages on one WebSocket one after the other: until the echo. */
  | { readonly kind: "websocket"; readonly port: number; readonly count: number };

export interface Measured {
  /** Answers with status 200, or echoes. */
  readonly requests: number;
  /** Connections that broke and answers with another status. */
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}
