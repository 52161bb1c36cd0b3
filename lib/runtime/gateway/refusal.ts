import { STATUS_CODES } from "node:http";
import type { ClientResponse } from "./client-response";
import { endAfterBody } from "./linger";

/** Says on every answer which the app did not write that the gateway wrote it. */
const ORIGIN = ["x-slipway-origin", "gateway"] as const;

export type RefusalCode =
  | "bad_request"
  | "not_found"
  | "request_timeout"
  | "body_framing_too_large"
  | "expectation_failed"
  | "headers_too_large"
  | "unsupported_transfer_coding"
  | "body_too_large"
  | "body_timeout"
  | "queue_full"
  | "queue_timeout"
  | "first_byte_timeout"
  | "idle_timeout"
  | "total_timeout"
  | "missing_credentials"
  | "invalid_credentials"
  | "out_of_scope"
  | "rate_limited"
  | "auth_unavailable"
  | "calls_busy"
  | "app_starting"
  | "app_failed_to_start"
  | "app_unreachable"
  | "app_disconnected"
  | "app_bad_response"
  | "internal_error";

/** An answer by the gateway itself: the status, and the JSON body `{"error": {"code", "message"}}`. */
export interface Refusal {
  readonly status: number;
  /** Stable: callers may match on it. */
  readonly code: RefusalCode;
  readonly message: string;
  readonly retryAfterSeconds?: number;
  /** `WWW-Authenticate`: which credentials would do. */
  readonly challenge?: string;
  /** Where the next request on this connection begins is in doubt, so there must not be one. */
  readonly close?: boolean;
  /** The body is thrown away before the connection closes, so that a client which sends first and reads then gets the answer. */
  readonly discardsBody?: boolean;
}

function render({ code, message, retryAfterSeconds, challenge }: Refusal): { headers: string[]; body: string } {
  const body = JSON.stringify({ error: { code, message } });
  const headers = [
    "content-type",
    "application/json",
    "content-length",
    String(Buffer.byteLength(body)),
    "cache-control",
    "no-store",
    ...ORIGIN,
  ];
  if (retryAfterSeconds !== undefined) headers.push("retry-after", String(retryAfterSeconds));
  if (challenge !== undefined) headers.push("www-authenticate", challenge);
  return { headers, body };
}

export function refuse(response: ClientResponse, refusal: Refusal): void {
  const { headers, body } = render(refusal);
  if (refusal.close) response.keepsAlive = false;
  response.begin(refusal.status, STATUS_CODES[refusal.status]!, headers);
  response.write(Buffer.from(body));
  if (refusal.discardsBody) endAfterBody(response);
  else response.end();
}

/** The whole answer to what never became a request, behind which the connection closes. */
export function refusalText(refusal: Refusal): string {
  const { headers, body } = render(refusal);
  let head = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nconnection: close\r\n`;
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return `${head}\r\n${body}`;
}

export function redirect(response: ClientResponse, location: string): void {
  response.begin(308, STATUS_CODES[308]!, ["location", location, "content-length", "0", ...ORIGIN]);
  response.end();
}
