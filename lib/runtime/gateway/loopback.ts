import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

export interface LoopbackPort {
  metrics(): string;
  /** The calls API, where the task may make calls. */
  readonly calls?: (request: IncomingMessage, response: ServerResponse) => unknown;
}

/** The server for what runs in the same task: `GET /metrics`, and the calls API under `/v1`. */
export function createLoopbackServer({ metrics, calls }: LoopbackPort): Server {
  const server = createServer((request, response) => {
    if (calls && request.url?.startsWith("/v1/")) return calls(request, response);
    const isMetrics = request.method === "GET" && request.url === "/metrics";
    const text = isMetrics ? metrics() : nothingHere(request.url, calls !== undefined);
    const type = isMetrics ? "text/plain; version=0.0.4" : "text/plain";
    response.writeHead(isMetrics ? 200 : 404, { "content-type": type, "content-length": Buffer.byteLength(text) });
    response.end(text);
  });
  // A large payload may take its time; who keeps a connection idle for a while need not open another.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  return server;
}

function nothingHere(url = "", hasCalls: boolean): string {
  if (hasCalls) return "Only GET /metrics and the calls API under /v1 are served here.\n";
  return url.startsWith("/v1/")
    ? "This endpoint may call no functions: give it a grant with grantSpawn(<the function>).\n"
    : "Only GET /metrics is served here.\n";
}
