import type { IncomingMessage } from "node:http";

/** Watches a body that does not say how long it is. */
export function limitBody(request: IncomingMessage, limit: number, onExceeded: () => void): void {
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > limit) onExceeded();
  });
}
