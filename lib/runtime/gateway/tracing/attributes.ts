import type { AccessRecord } from "../access-log";
import type { ClientRequest } from "../client-request";
import type { Attributes } from "./opentelemetry";

/**
 * What a span says of a request: no header as it came, no query, no body.
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server-span
 */
export function spanAttributes(request: ClientRequest, record: AccessRecord): Attributes {
  const { method, path, status, origin, code, queueMs, appMs } = record;
  return {
    ...methodAttributes(method),
    ...(path.startsWith("/") && { "url.path": path.slice(0, LONGEST_PATH) }),
    "url.scheme": request.header("x-forwarded-proto") === "https" ? "https" : "http",
    ...serverAttributes(request.host),
    "network.protocol.version": request.version,
    // Nobody got what the log has for a client that left.
    ...(origin !== "client" && { "http.response.status_code": status }),
    ...((code !== undefined || isServerError(status)) && { "error.type": code ?? String(status) }),
    "slipway.origin": origin,
    ...(code !== undefined && { "slipway.code": code }),
    "slipway.queue_ms": queueMs,
    ...(appMs > 0 && { "slipway.app_ms": appMs }),
  };
}

/** A method, or for one that is not well known a placeholder: names are few, whatever clients send. */
export function spanName(method: string): string {
  return METHODS.has(method) ? method : "HTTP";
}

/** The gateway or the app failed, or an answer broke off; what is wrong with a request is no error of its server. */
export function isError({ status, origin, code }: AccessRecord): boolean {
  return isServerError(status) || (code !== undefined && origin !== "gateway");
}

function isServerError(status: number): boolean {
  return status >= 500;
}

/** As long as the log's. */
const LONGEST_PATH = 512;

const METHODS = new Set(["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]);

function methodAttributes(method: string): Attributes {
  return METHODS.has(method)
    ? { "http.request.method": method }
    : { "http.request.method": "_OTHER", "http.request.method_original": method };
}

/** A name or an address, in brackets where it has colons, and a port. */
const HOST = /^(\[[0-9a-f:.]{2,45}\]|[\w.~-]{1,253})(?::(\d{1,5}))?$/i;

function serverAttributes(host = ""): Attributes {
  const [, address, port] = HOST.exec(host) ?? [];
  if (address === undefined) return {};
  return { "server.address": address, ...(port !== undefined && { "server.port": Number(port) }) };
}
