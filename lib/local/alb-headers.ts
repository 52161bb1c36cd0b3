import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/**
 * The request's headers, as name and value in turn, as a load balancer hands them on.
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html
 */
export function albHeaders(request: IncomingMessage): string[] {
  const set = new Map<string, string>([
    ["x-forwarded-for", appended(request.headers["x-forwarded-for"], clientAddress(request))],
    ["x-forwarded-proto", "http"],
    ["x-forwarded-port", String(request.socket.localPort)],
    ["x-amzn-trace-id", traceId(request.headers["x-amzn-trace-id"])],
  ]);
  const headers: string[] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = request.rawHeaders[i]!;
    if (!set.has(name.toLowerCase())) headers.push(name, request.rawHeaders[i + 1]!);
  }
  for (const [name, value] of set) headers.push(name, value);
  return headers;
}

function appended(list: string | string[] | undefined, value: string): string {
  return [list ?? [], value].flat().join(", ");
}

function clientAddress(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}

/** A trace that already has a root gets this hop as `Self`, before it. */
function traceId(inbound: string | string[] | undefined): string {
  const id = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
  const fields = [inbound ?? []].flat().join(";");
  if (/(^|;)\s*Root=/i.test(fields)) return `Self=${id};${fields}`;
  return [`Root=${id}`, fields].filter(Boolean).join(";");
}
