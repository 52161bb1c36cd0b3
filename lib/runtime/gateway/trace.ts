import { randomFillSync } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$/;

/**
 * The load balancer names every request. Its id is a W3C trace id with dashes: a version, 8 digits of time, 24 of chance.
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids
 */
const AMAZON_TRACE = /Root=1-([0-9a-f]{8})-([0-9a-f]{24})/;

/** The 32 digits by which a request is found again: the client's trace, or the load balancer's, or one made up. */
export function traceIdOf(headers: IncomingHttpHeaders): string {
  const parent = headers.traceparent;
  const own = typeof parent === "string" ? TRACEPARENT.exec(parent) : null;
  if (own !== null) return own[1]!;
  const amazon = headers["x-amzn-trace-id"];
  const root = typeof amazon === "string" ? AMAZON_TRACE.exec(amazon) : null;
  return root === null ? randomHex(16) : root[1]! + root[2]!;
}

/** Random bytes are cheap by the thousand and dear by the dozen. */
const pool = Buffer.alloc(4096);
let used = pool.length;

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString("hex", used - bytes, used);
}
