import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Exchange } from "./exchange";
import { refuseSocket } from "./refusal";
import { badRequest, parserRefusal } from "./refusals";
import type { Service } from "./service";
import { MOST_HEADERS } from "./soundness";
import { acceptUpgrades } from "./upgrade";

/** The load balancer buffers headers itself; this bounds what a direct caller within the VPC may take. */
const HEADERS_TIMEOUT_MS = 60_000;

/** What the load balancer lets through; Node's own limit is a quarter of it. */
const HEADER_LIMIT = 64 * 1024;

/** Beyond those that can have a place or wait for one: each may take 64 KiB before its request is known. */
const SPARE_CONNECTIONS = 2000;

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
  server.maxHeadersCount = MOST_HEADERS;
  const { maxInputs, maxQueued } = service.config.web.gate;
  server.maxConnections = maxInputs + maxQueued + SPARE_CONNECTIONS;

  const turns = new WeakMap<Socket, Turn>();

  /**
   * Requests of one connection are served one after the other, and none after an answer that closes it: what follows a
   * refused request may be its body in disguise.
   */
  const inTurn = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const turn = turns.get(socket);
    if (turn === undefined) {
      turns.set(socket, { latest: response, current: response });
      return new Exchange(service, request, response).serve();
    }
    const previous = turn.latest;
    turn.latest = response;
    const next = () => {
      if (!previous.shouldKeepAlive || socket.destroyed) return;
      turn.current = response;
      new Exchange(service, request, response).serve();
    };
    if (previous.closed) next();
    else previous.once("close", next);
  };

  /** The turn of a connection on which a request is not answered yet. */
  const servedOn = (socket: Duplex) => {
    const turn = turns.get(socket as Socket);
    return turn?.current.closed ? undefined : turn;
  };

  acceptUpgrades(server, (request, response, upgrade) => new Exchange(service, request, response, upgrade).serve());

  return server
    .on("request", inTurn)
    .on("checkContinue", inTurn)
    .on("checkExpectation", inTurn)
    .on("drop", () => service.metrics.connectionDropped())
    .on("connect", (_, socket) => {
      // Node no longer looks after this connection, and an earlier request's answer is not the place for a refusal.
      socket.on("error", () => undefined);
      if (servedOn(socket) !== undefined || !socket.writable) socket.destroy();
      else refuseSocket(socket, badRequest("CONNECT is not served here."));
    })
    .on("clientError", (error: NodeJS.ErrnoException, socket) => {
      const turn = servedOn(socket);
      if (!socket.writable || error.code === "ECONNRESET") socket.destroy();
      else if (turn?.current.req.complete) closeAfter(turn, socket as Socket);
      else if (turn?.current.headersSent) socket.destroy();
      else refuseSocket(socket, parserRefusal(error));
    });
}

/** What a connection's requests have come to. */
interface Turn {
  latest: ServerResponse;
  /** The one that is served, or was last. */
  current: ServerResponse;
  isLast?: boolean;
}

/** For bytes behind a sound request that are none: that one is answered, and nothing behind it. */
function closeAfter(turn: Turn, socket: Socket): void {
  // More such bytes may come.
  if (turn.isLast) return;
  turn.isLast = true;
  turn.current.shouldKeepAlive = false;
  turn.current.once("close", () => socket.destroySoon());
}
