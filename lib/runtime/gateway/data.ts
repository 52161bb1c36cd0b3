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

  const serveIn = (turn: Turn, request: IncomingMessage, response: ServerResponse) => {
    if (turn.isOver || request.socket.destroyed) return;
    turn.current = response;
    new Exchange(service, request, response).serve();
  };

  /**
   * Requests of one connection are served one after the other, and none after an answer that closes it: what follows a
   * refused request may be its body in disguise.
   */
  const inTurn = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const turn: Turn = turns.get(socket) ?? {};
    turns.set(socket, turn);
    const previous = turn.latest;
    turn.latest = response;
    response.once("close", () => endIn(turn, response));
    if (previous === undefined) serveIn(turn, request, response);
    else previous.once("close", () => serveIn(turn, request, response));
  };

  /** The turn of a connection on which a request is not answered yet. */
  const servedOn = (socket: Duplex) => {
    const turn = turns.get(socket as Socket);
    return turn?.current === undefined || turn.current.closed ? undefined : { turn, response: turn.current };
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
      const served = servedOn(socket);
      if (!socket.writable || error.code === "ECONNRESET") socket.destroy();
      else if (served?.response.req.complete) closeAfter(served, socket as Socket);
      else if (served?.response.headersSent) socket.destroy();
      else refuseSocket(socket, parserRefusal(error));
    });
}

/** What a connection's requests have come to. What is over is not kept: an idle connection would hold its last request. */
interface Turn {
  latest?: ServerResponse;
  /** The one that is served. */
  current?: ServerResponse;
  /** Bytes that are no request have come behind the latest one. */
  isLast?: boolean;
  /** An answer has closed the connection. */
  isOver?: boolean;
}

function endIn(turn: Turn, response: ServerResponse): void {
  if (!response.shouldKeepAlive) turn.isOver = true;
  if (turn.current === response) turn.current = undefined;
  if (turn.latest === response) turn.latest = undefined;
}

/** For bytes behind a sound request that are none: that one is answered, and nothing behind it. */
function closeAfter({ turn, response }: { turn: Turn; response: ServerResponse }, socket: Socket): void {
  // More such bytes may come.
  if (turn.isLast) return;
  turn.isLast = true;
  response.shouldKeepAlive = false;
  response.once("close", () => socket.destroySoon());
}
