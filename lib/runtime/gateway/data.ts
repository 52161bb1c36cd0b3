import { Exchange } from "./exchange";
import { HttpServer } from "./http-server";
import type { Service } from "./service";

/** The load balancer buffers headers itself; this bounds what a direct caller within the VPC may take. */
const HEADERS_TIMEOUT_MS = 60_000;

/** Beyond those that can have a place or wait for one: each may take 64 KiB before its request is known. */
const SPARE_CONNECTIONS = 2000;

/** The server for the load balancer's requests. */
export function createDataServer(service: Service, headersTimeoutMs = HEADERS_TIMEOUT_MS): HttpServer {
  const { listen, web } = service.config;
  const server = new HttpServer({
    keepAliveMs: listen.keepAliveMs,
    headersTimeoutMs,
    serve: (request, response, upgrade) => new Exchange(service, request, response, upgrade).serve(),
  });
  server.maxConnections = web.gate.maxInputs + web.gate.maxQueued + SPARE_CONNECTIONS;
  return server.on("drop", () => service.metrics.connectionDropped());
}
