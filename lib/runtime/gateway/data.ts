import { CallsExchange } from "./calls/public/calls-exchange";
import type { PublicCalls } from "./calls/public/public-calls";
import { MOST_REQUESTS } from "./calls/public/room";
import { Exchange } from "./exchange";
import { HttpServer } from "./http-server";
import { callsTarget } from "./path";
import type { Service } from "./service";

/** The load balancer buffers headers itself; this bounds what a direct caller within the VPC may take. */
const HEADERS_TIMEOUT_MS = 60_000;

/** Beyond those that can have a place or wait for one: each may take 64 KiB before its request is known. */
const SPARE_CONNECTIONS = 2000;

/** The server for the load balancer's requests. */
export function createDataServer(
  service: Service,
  headersTimeoutMs = HEADERS_TIMEOUT_MS,
  calls?: PublicCalls,
): HttpServer {
  const { listen, web } = service.config;
  const server = new HttpServer({
    keepAliveMs: listen.keepAliveMs,
    headersTimeoutMs,
    serve: (request, response, upgrade) => {
      const target = calls && callsTarget(request.target, web.stripPrefix);
      if (target) new CallsExchange(service, calls, request, response, target, upgrade).serve();
      else new Exchange(service, request, response, upgrade).serve();
    },
  });
  const ofCalls = calls ? MOST_REQUESTS : 0;
  server.maxConnections = web.gate.maxInputs + web.gate.maxQueued + ofCalls + SPARE_CONNECTIONS;
  return server.on("drop", () => service.metrics.connectionDropped());
}
