import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { GatewayConfig } from "../../task/gateway-config";
import type { Failure } from "./call";
import type { Drain } from "./drain";
import { requestHeaders, requestProblem, responseHeaders } from "./headers";
import { isOriginForm, routeTarget } from "./path";
import { prefixAnswer } from "./prefix";
import { type Forwarding, forward } from "./proxy";
import type { AppState, Readiness } from "./readiness";
import { type Refusal, redirect, refuse, refuseSocket } from "./refusal";
import { forwardUpgrade } from "./tunnel";
import { acceptUpgrades, type Upgrade, upgradeProblem } from "./upgrade";
import type { Upstream } from "./upstream";

export interface DataPort {
  readonly config: GatewayConfig;
  readonly readiness: Readiness;
  readonly drain: Drain;
  readonly upstream: Upstream;
}

/** The load balancer buffers headers itself; this bounds what a direct caller within the VPC may take. */
const HEADERS_TIMEOUT_MS = 60_000;

/** What the load balancer lets through; Node's own limit is a quarter of it. */
const HEADER_LIMIT = 64 * 1024;

/** The server for the load balancer's requests. */
export function createDataServer(port: DataPort, headersTimeoutMs = HEADERS_TIMEOUT_MS): Server {
  const server = createServer({
    maxHeaderSize: HEADER_LIMIT,
    headersTimeout: headersTimeoutMs,
    connectionsCheckingInterval: headersTimeoutMs / 6,
    // A long upload is not a fault.
    requestTimeout: 0,
    keepAliveTimeout: port.config.listen.keepAliveMs,
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
    if (previous === undefined) return serve(port, request, response);
    const next = () => {
      if (previous.shouldKeepAlive && !socket.destroyed) serve(port, request, response);
    };
    if (previous.closed) next();
    else previous.once("close", next);
  };

  acceptUpgrades(server, (request, response, upgrade) => serve(port, request, response, upgrade));

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

/** A WebSocket is in flight until it is closed, and draining lets it be until the deadline. */
function serve(
  { config, readiness, drain, upstream }: DataPort,
  request: IncomingMessage,
  response: ServerResponse,
  upgrade?: Upgrade,
) {
  drain.track(response);

  const refusal = soundness(request, upgrade);
  if (refusal !== undefined) return refuse(response, refusal);

  const { stripPrefix, keepPrefix = false } = config.web;
  const route = routeTarget(request.url ?? "/", stripPrefix, keepPrefix);
  if (route.kind === "redirect") return redirect(response, route.location);
  if (route.kind === "not-found") return refuse(response, NOT_FOUND);

  if (readiness.state !== "READY") return refuse(response, NOT_READY[readiness.state]);

  const prefix = keepPrefix ? "" : stripPrefix;
  const { remoteAddress = "", localPort = config.listen.port } = request.socket;
  const forwarding: Forwarding = {
    upstream,
    path: route.path,
    headers: requestHeaders(request.rawHeaders, { peer: remoteAddress, port: localPort, prefix }),
    answerHeaders: (list) => {
      drain.mark(response);
      const headers = responseHeaders(list);
      return prefix === "" ? headers : prefixAnswer(headers, { prefix, host: request.headers.host ?? "" });
    },
    fail: (failure) => {
      drain.mark(response);
      refuse(response, BAD_GATEWAY[failure]);
    },
  };
  if (upgrade === undefined) forward(request, response, forwarding);
  else forwardUpgrade(upgrade, response, forwarding);
}

function soundness(request: IncomingMessage, upgrade: Upgrade | undefined): Refusal | undefined {
  const { rawHeaders, httpVersion, url = "", headers } = request;
  if (!isOriginForm(url)) return badRequest('The request target must start with "/" and hold no fragment.');
  const problem = requestProblem(rawHeaders, httpVersion) ?? (upgrade && upgradeProblem(request));
  if (problem !== undefined) return badRequest(problem);
  const coding = headers["transfer-encoding"];
  if (coding !== undefined && coding.trim().toLowerCase() !== "chunked") return UNSUPPORTED_CODING;
  const { expect } = headers;
  if (expect !== undefined && expect.trim().toLowerCase() !== "100-continue" && httpVersion === "1.1") {
    return EXPECTATION_FAILED;
  }
  return undefined;
}

const badRequest = (message: string): Refusal => ({ status: 400, code: "bad_request", message, close: true });

const UNSUPPORTED_CODING: Refusal = {
  status: 501,
  code: "unsupported_transfer_coding",
  message: 'The only transfer coding served here is "chunked"; a compressed body is declared with Content-Encoding.',
  close: true,
};

const EXPECTATION_FAILED: Refusal = {
  status: 417,
  code: "expectation_failed",
  message: 'The only expectation met here is "100-continue".',
  close: true,
};

const NOT_FOUND: Refusal = { status: 404, code: "not_found", message: "No endpoint has this path." };

function parserRefusal({ code, message }: NodeJS.ErrnoException): Refusal {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return { status: 431, code: "headers_too_large", message: "The request's headers are larger than 64 KiB." };
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return { status: 413, code: "body_framing_too_large", message: "The body's chunk extensions are too large." };
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return { status: 408, code: "request_timeout", message: "The request's headers did not arrive in time." };
    default:
      return badRequest(message);
  }
}

const NOT_READY: Readonly<Record<Exclude<AppState, "READY">, Refusal>> = {
  STARTING: { status: 503, code: "app_starting", message: "The app is not ready yet.", retryAfterSeconds: 1 },
  FAILED: {
    status: 503,
    code: "app_failed_to_start",
    message: "The app did not get ready in time; its task is being replaced.",
    retryAfterSeconds: 10,
  },
};

const BAD_GATEWAY: Readonly<Record<Failure, Refusal>> = {
  unreachable: { status: 502, code: "app_unreachable", message: "The app accepts no connection." },
  disconnected: {
    status: 502,
    code: "app_disconnected",
    message: "The app closed the connection before it answered.",
  },
  "bad-response": {
    status: 502,
    code: "app_bad_response",
    message: "What the app answered is not valid HTTP/1.1.",
  },
};
