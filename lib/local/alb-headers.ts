import { randomBytes } from "node:crypto";
import type { ClientRequest } from "../runtime/gateway/client-request";

/**
 * The request's headers, as name and value in turn, as a load balancer hands them on.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 */
export function albHeaders(request: ClientRequest): string[] {
  const set = new Map<string, string>([
    ["x-forwarded-for", appended(request.header("x-forwarded-for"), clientAddress(request))],
    ["x-forwarded-proto", "http"],
    ["x-forwarded-port", String(request.arrival.port)],
    ["x-amzn-trace-id", traceId(request.header("x-amzn-trace-id"))],
  ]);
  const headers: string[] = [];
  for (let i = 0; i < request.headers.length; i += 2) {
    const name = request.headers[i]!;
    if (!set.has(name.toLowerCase())) headers.push(name, request.headers[i + 1]!);
  }
  for (const [name, value] of set) headers.push(name, value);
  return headers;
}

function appended(list: string | undefined, value: string): string {
  return list === undefined ? value : `${list}, ${value}`;
}

function clientAddress(request: ClientRequest): string {
  return request.arrival.peer.replace(/^::ffff:/, "");
}

/** A trace that already has a root gets this hop as `Self`, before it. */
function traceId(fields = ""): string {
  const id = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
  if (/(^|;)\s*Root=/i.test(fields)) return `Self=${id};${fields}`;
  return [`Root=${id}`, fields].filter(Boolean).join(";");
}
