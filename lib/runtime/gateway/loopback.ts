import { createServer, type Server } from "node:http";
import type { Metrics } from "./metrics";

/** The server for what runs in the same task: `GET /metrics`, and nothing else. */
export function createLoopbackServer(metrics: Metrics): Server {
  return createServer((request, response) => {
    const isMetrics = request.method === "GET" && request.url === "/metrics";
    const text = isMetrics ? metrics.text() : "Only GET /metrics is served here.\n";
    const type = isMetrics ? "text/plain; version=0.0.4" : "text/plain";
    response.writeHead(isMetrics ? 200 : 404, { "content-type": type, "content-length": Buffer.byteLength(text) });
    response.end(text);
  });
}
