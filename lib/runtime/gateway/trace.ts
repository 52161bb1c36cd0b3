import { randomFillSync } from "node:crypto";
import type { ClientRequest } from "./client-request";

/**
 * Version `ff` and ids of zeros only are not valid, and version `00` has nothing behind its flags.
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
const TRACEPARENT = /^(?!ff|00.{54})[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const SAMPLED = 1;

/**
 * The load balancer names every request. Its id is a W3C trace id with dashes: a version, 8 digits of time, 24 of chance.
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids
 */
const AMAZON_TRACE = /Root=1-(?!0{8}-0{24})([0-9a-f]{8})-([0-9a-f]{24})/;

/** The caller's place in a trace. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  /** The caller records the trace. */
  readonly isSampled: boolean;
}

export function traceParentOf(request: ClientRequest): TraceParent | undefined {
  const traceparent = request.header("traceparent");
  const parts = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  if (parts === null) return undefined;
  const [, traceId, spanId, flags] = parts;
  return { traceId: traceId!, spanId: spanId!, isSampled: (Number.parseInt(flags!, 16) & SAMPLED) !== 0 };
}

/** The 32 digits by which a request is found again: the client's trace, or one that begins here. */
export function traceIdOf(request: ClientRequest): string {
  return traceParentOf(request)?.traceId ?? newTraceId(request);
}

/** Of a trace that begins here: the load balancer's id of the request, or one made up. */
export function newTraceId(request: ClientRequest): string {
  const amazon = request.header("x-amzn-trace-id");
  const root = amazon === undefined ? null : AMAZON_TRACE.exec(amazon);
  return root === null ? randomHex(16) : root[1]! + root[2]!;
}

export function newSpanId(): string {
  return randomHex(8);
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
