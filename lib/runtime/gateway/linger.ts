import type { ClientResponse } from "./client-response";

/** How long a client that was refused may send nothing, and how long and how much it may send. nginx has the same times. */
const IDLE_MS = 5_000;
const LONGEST_MS = 30_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Ends an answer whose last byte is written, once the request's body has come, and throws that away. Many clients send all
 * before they read anything: a connection that is closed on bytes that nobody has read is reset, and the answer is lost.
 */
export function endAfterBody(response: ClientResponse): void {
  const { request } = response;
  // The body is still where it was, and will not be sent.
  if (request.isComplete || request.expectsContinue) {
    response.end();
    return;
  }
  let bytes = 0;
  const latest = performance.now() + LONGEST_MS;
  const idle = setTimeout(() => response.end(), IDLE_MS);
  response.onClose(() => clearTimeout(idle));
  request.take({
    data: (chunk) => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES || performance.now() > latest) response.end();
      else idle.refresh();
    },
    end: () => response.end(),
  });
}
