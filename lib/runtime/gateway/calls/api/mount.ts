import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CLIENT_LEFT } from "../../access-log";
import type { CallsRequest } from "../calls-log";
import { ApiError, refusal } from "./api-error";
import type { CallsApi } from "./calls-api";
import { type ApiAnswer, commonHeaders } from "./exchange";

/** The API behind node's own server, for what runs in the same task. */
export function mountCallsApi(api: CallsApi, log: (request: CallsRequest) => void) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const began = performance.now();
    const requestId = randomUUID();
    const gone = new AbortController();
    response.once("close", () => {
      if (!response.writableFinished) gone.abort();
    });
    const { method = "GET", url = "/", headers } = request;
    const [path = "/", query] = url.split("?", 2);
    const body = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
    const answer = isBrowser(request)
      ? NOT_FOR_BROWSERS
      : await api.handle({ method, path, query: new URLSearchParams(query), headers, body, signal: gone.signal });
    const isWhole = await write(response, answer, requestId);
    // What is left of a refused body passes by, since its sender may not read before it has sent everything.
    body.return!().then(
      () => request.resume(),
      () => undefined,
    );
    log({
      requestId,
      method,
      ...answer.about,
      status: gone.signal.aborted && !response.headersSent ? CLIENT_LEFT : answer.status,
      ...(!isWhole && { brokenOff: true }),
      totalMs: performance.now() - began,
    });
  };
}

/** On a laptop a page of the web can reach this port too, and must not make calls in its reader's name. */
function isBrowser({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || headers["sec-fetch-site"] !== undefined;
}

const NOT_FOR_BROWSERS: ApiAnswer = {
  ...refusal(new ApiError("not_granted", "The calls API of a task is for its own code, and not for browsers.")),
  about: { route: "none", code: "not_granted" },
};

/** False when the answer was broken off. */
async function write(response: ServerResponse, answer: ApiAnswer, requestId: string): Promise<boolean> {
  const { status, headers, body } = answer;
  if (response.destroyed) {
    if (typeof body !== "string") body.destroy();
    return false;
  }
  response.writeHead(status, { ...headers, ...commonHeaders(requestId) });
  if (typeof body === "string") {
    response.end(body);
    return true;
  }
  try {
    await pipeline(body as Readable, response);
    return true;
  } catch {
    // The length was announced, so that the client notices.
    response.destroy();
    return false;
  }
}
