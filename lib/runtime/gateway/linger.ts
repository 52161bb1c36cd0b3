import type { IncomingMessage, ServerResponse } from "node:http";
import { expectsContinue } from "./call";

/** As long and as much as is listened to a client that does not know yet that it was refused. */
const LONGEST_MS = 10_000;
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Ends an answer whose last byte is written, once the request's body has come, and throws that away. Many clients send all
 * before they read anything: a connection that is closed on bytes that nobody has read is reset, and the answer is lost.
 */
export function endAfterBody(request: IncomingMessage, response: ServerResponse): void {
  // The body is still where it was, and will not be sent.
  if (request.complete || expectsContinue(request)) {
    response.end();
    return;
  }
  let bytes = 0;
  const timer = setTimeout(() => response.end(), LONGEST_MS);
  response.once("close", () => clearTimeout(timer));
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) response.end();
  });
  request.once("end", () => response.end());
}
