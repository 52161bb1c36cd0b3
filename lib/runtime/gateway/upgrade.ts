import { type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { hasBody } from "./call";

/** A client's request to speak another protocol on its connection, a WebSocket almost always. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** What was read behind the request already. */
  readonly head: Buffer;
  /** The `Upgrade` header. */
  readonly protocol: string;
}

/**
 * Hands a server's upgrade requests to `serve`, each with the response for the case that its connection stays with HTTP;
 * that one closes the connection. A request whose `Upgrade` is not for this server comes back as the ordinary request that
 * it is without it.
 */
export function acceptUpgrades(
  server: Server,
  serve: (request: IncomingMessage, response: ServerResponse, upgrade: Upgrade) => void,
): void {
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", ignore);
    const response = new ServerResponse(request);
    try {
      response.assignSocket(socket);
    } catch {
      // An earlier request is not answered yet. Nobody pipelines upgrades, and Node no longer looks after this connection.
      socket.destroy();
      return;
    }
    const protocol = protocolAsked(request);
    if (protocol === undefined) {
      response.detachSocket(socket);
      socket.off("error", ignore);
      return serveWithoutUpgrade(server, request, socket, head);
    }
    response.shouldKeepAlive = false;
    response.once("finish", () => socket.destroySoon());
    socket.on("drain", () => response.emit("drain"));
    serve(request, response, { request, socket, head, protocol });
  });
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

/** What an error means is said by the "close" that follows it. */
function ignore(): void {}

/** Other versions of HTTP, and TLS. Through `h2c` a client would reach the app with requests that nothing here has seen. */
const NOT_PASSED = /^(h2c?|http|tls)(\/|$)/i;

/** A name and perhaps a version; what is none may be taken for one that is not passed. */
const PROTOCOL = /^[\w!#$%&'*+.^`|~-]+(\/[\w!#$%&'*+.^`|~-]+)?$/;

/**
 * The protocol to ask the app for; undefined when `Upgrade` is ignored: RFC 9110 section 7.8 demands that for HTTP/1.0 and
 * allows it always. An upgrade with a body would first have to be answered in both protocols.
 */
function protocolAsked(request: IncomingMessage): string | undefined {
  const { upgrade = "" } = request.headers;
  if (request.httpVersion !== "1.1") return undefined;
  if (tokens(upgrade).some((token) => NOT_PASSED.test(token) || !PROTOCOL.test(token))) return undefined;
  return hasBody(request) && !isWebSocket(request) ? undefined : upgrade;
}

/** Why an upgrade request is refused; undefined when it is sound. Which version a WebSocket has is between its two ends. */
export function upgradeProblem(request: IncomingMessage): string | undefined {
  if (!isWebSocket(request)) return undefined;
  if (request.method !== "GET") return "A WebSocket begins with GET.";
  if (hasBody(request)) return "A request for a WebSocket has no body.";
  const keys = request.headersDistinct["sec-websocket-key"]?.length ?? 0;
  return keys === 1 ? undefined : "A request for a WebSocket has one Sec-WebSocket-Key header.";
}

export function isWebSocket({ headers }: IncomingMessage): boolean {
  return tokens(headers.upgrade ?? "").some((token) => token.toLowerCase() === "websocket");
}

function tokens(list: string): string[] {
  return list.split(",").map((token) => token.trim());
}

/** Node stops parsing a connection at an upgrade, whatever it asks for: so the request is put back, less its `Upgrade`. */
function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.toLowerCase() !== "upgrade") text += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
  }
  socket.unshift(Buffer.concat([Buffer.from(`${text}\r\n`, "latin1"), head]));
  server.emit("connection", socket);
}
