import { createServer, type Server, type ServerResponse } from "node:http";
import type { Drain } from "./drain";
import type { Readiness } from "./readiness";

export interface ControlPort {
  readonly readiness: Readiness;
  readonly drain: Drain;
}

/** The server for the load balancer's health check: `GET /health` and nothing else. */
export function createControlServer(port: ControlPort): Server {
  return createServer((request, response) => {
    if (request.method === "GET" && request.url === "/health") {
      void health(port).then(([status, body]) => respond(response, status, body));
    } else {
      respond(response, 404, { error: { code: "not_found", message: "Only GET /health is served here." } });
    }
  });
}

interface Health {
  readonly state: "STARTING" | "READY" | "DRAINING" | "FAILED";
  readonly reason?: string;
}

/** 200 only when the load balancer should send requests here. */
async function health({ readiness, drain }: ControlPort): Promise<[status: number, health: Health]> {
  if (drain.isDraining) return [503, { state: "DRAINING" }];
  if (readiness.state !== "READY") return [503, { state: readiness.state }];
  if (!(await readiness.isAlive())) return [503, { state: "FAILED", reason: "app_unreachable" }];
  return [200, { state: "READY" }];
}

function respond(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
