import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Exchange } from "./exchange";
import { refuseSocket } from "./refusal";
import { badRequest, parserRefusal } from "./refusals";
import type { Service } from "./service";
import { acceptUpgrades } from "./upgrade";

/** The load balancer buffers headers itself; this bounds what a direct caller within the VPC may take. */
const HEADERS_TIMEOUT_MS = 60_000;

/** What the load balancer lets through; Node's own limit is a quarter of it. */
const HEADER_LIMIT = 64 * 1024;

/** The server for the load balancer's requests. */
export function createDataServer(service: Service, headersTimeoutMs = HEADERS_TIMEOUT_MS): Server {
  const server = createServer({
    maxHeaderSize: HEADER_LIMIT,
    headersTimeout: headersTimeoutMs,
    connectionsCheckingInterval: headersTimeoutMs / 6,
    // A long upload is not a fault.
    requestTimeout: 0,
    keepAliveTimeout: service.config.listen.keepAliveMs,
    // Checked with the other rules, so that every refusal has the same form.
    requireHostHeader: false,
  });
  // Node would drop what is beyond its 2000 headers without a word; the limit in bytes is limit enough.
  server.maxHeadersCount = 0;

  const latest = new WeakMap<Socket, ServerResponse>();

  /**
   * Requests of one connection are served one after the other, and none after an answer that closes it: what follows a
   * refused request may be its body in disguise.
   */
  const inTurn = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const previous = latest.get(socket);
    latest.set(socket, response);
    if (previous === undefined) return new Exchange(service, request, response).serve();
    const next = () => {
      if (previous.shouldKeepAlive && !socket.destroyed) new Exchange(service, request, response).serve();
    };
    if (previous.closed) next();
    else previous.once("close", next);
  };

  acceptUpgrades(server, (request, response, upgrade) => new Exchange(service, request, response, upgrade).serve());

  return server
    .on("request", inTurn)
    .on("checkContinue", inTurn)
    .on("checkExpectation", inTurn)
    .on("connect", (_, socket) => refuseSocket(socket, badRequest("CONNECT is not served here.")))
    .on("clientError", (error: NodeJS.ErrnoException, socket) => {
      const response = latest.get(socket as Socket);
      const isAnswering = response?.headersSent && !response.closed;
      if (!socket.writable || error.code === "ECONNRESET" || isAnswering) socket.destroy();
      else refuseSocket(socket, parserRefusal(error));
    });
}
