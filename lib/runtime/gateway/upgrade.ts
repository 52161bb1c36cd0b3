import type { Socket } from "node:net";
import type { ClientRequest } from "./client-request";

/** A client's request to speak another protocol on its connection, a WebSocket almost always. */
export interface Upgrade {
  readonly request: ClientRequest;
  /** Read by nobody. */
  readonly socket: Socket;
  /** What was read behind the request already. */
  readonly head: Buffer;
  /** The `Upgrade` header. */
  readonly protocol: string;
}

/**
 * Nobody reads the connection of an upgrade that is not decided yet. This reads up to the first bytes and leaves those where
 * they are, so that a client that goes away meanwhile is noticed. Returns what ends it.
 */
export function noticeLeaving(socket: Socket): () => void {
  const leave = () => socket.destroy();
  socket.once("end", leave).read(0);
  return () => socket.off("end", leave);
}

/** Other versions of HTTP, and TLS. Through `h2c` a client would reach the app with requests that nothing here has seen. */
const NOT_PASSED = /^(h2c?|http|tls)(\/|$)/i;

/** A name and perhaps a version; what is none may be taken for one that is not passed. */
const PROTOCOL = /^[\w!#$%&'*+.^`|~-]+(\/[\w!#$%&'*+.^`|~-]+)?$/;

/**
 * The protocol to ask the app for; undefined when `Upgrade` is ignored: RFC 9110 section 7.8 demands that for HTTP/1.0 and
 * allows it always. An upgrade with a body would first have to be answered in both protocols.
 */
export function protocolAsked(request: ClientRequest): string | undefined {
  const { upgrade, version, hasBody } = request;
  if (upgrade === undefined || version !== "1.1") return undefined;
  if (tokens(upgrade).some((token) => NOT_PASSED.test(token) || !PROTOCOL.test(token))) return undefined;
  return hasBody && !isWebSocket(request) ? undefined : upgrade;
}

/** Why an upgrade request is refused; undefined when it is sound. Which version a WebSocket has is between its two ends. */
export function upgradeProblem(request: ClientRequest): string | undefined {
  if (!isWebSocket(request)) return undefined;
  if (request.method !== "GET") return "A WebSocket begins with GET.";
  if (request.hasBody) return "A request for a WebSocket has no body.";
  const keys = request.headers.filter((name, i) => i % 2 === 0 && name.toLowerCase() === "sec-websocket-key");
  return keys.length === 1 ? undefined : "A request for a WebSocket has one Sec-WebSocket-Key header.";
}

export function isWebSocket({ upgrade = "" }: ClientRequest): boolean {
  return tokens(upgrade).some((token) => token.toLowerCase() === "websocket");
}

function tokens(list: string): string[] {
  return list.split(",").map((token) => token.trim());
}
