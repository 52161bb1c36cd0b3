import type { Failure } from "./call";
import type { BadMessage } from "./message-parser";
import type { AppState } from "./readiness";
import type { Refusal } from "./refusal";

/** Everything the gateway answers by itself, each with its stable code. */

export const badRequest = (message: string): Refusal => ({ status: 400, code: "bad_request", message, close: true });

export const UNSUPPORTED_CODING: Refusal = {
  status: 501,
  code: "unsupported_transfer_coding",
  message: 'The only transfer coding served here is "chunked"; a compressed body is declared with Content-Encoding.',
  close: true,
};

export const EXPECTATION_FAILED: Refusal = {
  status: 417,
  code: "expectation_failed",
  message: 'The only expectation met here is "100-continue".',
  close: true,
};

export const NOT_FOUND: Refusal = { status: 404, code: "not_found", message: "No endpoint has this path." };

/** Of the public calls API, for reasons of its own: the app has nothing to do with it. */
export const CALLS_BUSY: Refusal = {
  status: 503,
  code: "calls_busy",
  message: "The calls API of this task serves as many requests as it can.",
  retryAfterSeconds: 1,
};

export const NO_UPGRADE = badRequest("The calls API speaks no other protocol than HTTP/1.1.");

export const HEADERS_TOO_LARGE: Refusal = {
  status: 431,
  code: "headers_too_large",
  message: "The request's headers are larger than 64 KiB, or 1000 or more.",
  close: true,
};

export const HEADERS_TIMEOUT: Refusal = {
  status: 408,
  code: "request_timeout",
  message: "The request's headers did not arrive in time.",
  close: true,
};

export const NO_TUNNELS = badRequest("CONNECT is not served here.");

const BODY_FRAMING_TOO_LARGE: Refusal = {
  status: 413,
  code: "body_framing_too_large",
  message: "The body's chunk extensions are too large.",
  close: true,
};

/** What the parser refuses before there is a request, or within its body. */
export function parserRefusal({ fault, message }: BadMessage): Refusal {
  if (fault === "headers-too-large") return HEADERS_TOO_LARGE;
  if (fault === "chunk-line-too-long") return BODY_FRAMING_TOO_LARGE;
  return badRequest(`This is no sound request of HTTP/1.1: ${message}.`);
}

export const NOT_READY: Readonly<Record<Exclude<AppState, "READY">, Refusal>> = {
  STARTING: { status: 503, code: "app_starting", message: "The app is not ready yet.", retryAfterSeconds: 1 },
  FAILED: {
    status: 503,
    code: "app_failed_to_start",
    message: "The app did not get ready in time; its task is being replaced.",
    retryAfterSeconds: 10,
  },
};

export const BAD_GATEWAY: Readonly<Record<Failure, Refusal>> = {
  unreachable: { status: 502, code: "app_unreachable", message: "The app accepts no connection." },
  disconnected: {
    status: 502,
    code: "app_disconnected",
    message: "The app closed the connection before it answered.",
  },
  "bad-response": { status: 502, code: "app_bad_response", message: "What the app answered is not valid HTTP/1.1." },
};

/** The gateway's own fault. How far it came with the request is not known. */
export const INTERNAL_ERROR: Refusal = {
  status: 500,
  code: "internal_error",
  message: "The gateway failed on this request; its log says where.",
  close: true,
};

export function queueFull(queued: number, retryAfterSeconds: number): Refusal {
  const message = `Every place at the app is taken and ${queued} requests wait already.`;
  return { status: 503, code: "queue_full", message, retryAfterSeconds };
}

export function queueTimeout(ms: number, retryAfterSeconds: number): Refusal {
  const message = `No place at the app became free within ${seconds(ms)} (queueTimeout).`;
  return { status: 503, code: "queue_timeout", message, retryAfterSeconds };
}

/** What the client still sends of its body is nothing that another request could follow. */
export function firstByteTimeout(ms: number): Refusal {
  const message = `The app did not begin to answer within ${seconds(ms)} (requestTimeout).`;
  return { status: 504, code: "first_byte_timeout", message, close: true };
}

export function totalTimeout(ms: number): Refusal {
  const message = `The request was not done within ${seconds(ms)} (timeout).`;
  return { status: 504, code: "total_timeout", message, close: true };
}

export function bodyTimeout(ms: number): Refusal {
  const message = `No byte of the request's body arrived for ${seconds(ms)} (idleTimeout).`;
  return { status: 408, code: "body_timeout", message, close: true };
}

/** Of an answer that has begun, so nobody reads it but the log. */
export function idleTimeout(ms: number): Refusal {
  return {
    status: 504,
    code: "idle_timeout",
    message: `No byte passed for ${seconds(ms)} (idleTimeout).`,
    close: true,
  };
}

export function bodyTooLarge(limit: number): Refusal {
  const message = `The request's body is larger than ${limit} bytes (maxRequestBody).`;
  return { status: 413, code: "body_too_large", message, close: true };
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
