import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { DONE_PATH, DONE_SECRET_HEADER } from "./calls/done-word";
import { WAKE_PATH } from "./calls/wake-word";

export interface Health {
  readonly status: 200 | 503;
  readonly state: "STARTING" | "READY" | "DRAINING" | "FAILED";
  readonly reason?: string;
}

/** What the control port is for: the load balancer's health check, and what gateways and the control service tell each other. */
export interface ControlPort {
  health(): Health | Promise<Health>;
  /** A call that was spawned here has ended; false when the secret does not prove it. */
  done?(call: string, secret: string): boolean;
  /** A call waits for a function that may sleep; false when there is no such call. */
  wake?(call: string): Promise<boolean>;
}

/** Words are ids. */
const MOST_BYTES = 1024;

export function createControlServer(port: ControlPort): Server {
  const server = createServer(async (request, response) => {
    const route = `${request.method} ${request.url}`;
    if (route === "GET /health") {
      const { status, ...health } = await port.health();
      return respond(response, status, health);
    }
    if (route === `POST ${DONE_PATH}` && port.done) {
      const secret = request.headers[DONE_SECRET_HEADER];
      const call = await callIn(request);
      const isKnown = call !== undefined && typeof secret === "string" && port.done(call, secret);
      return isKnown ? respondNothing(response) : refuse(response, "No such call is waited for here.");
    }
    if (route === `POST ${WAKE_PATH}` && port.wake) {
      const call = await callIn(request);
      const isOpen = call !== undefined && (await port.wake(call));
      return isOpen ? respondNothing(response) : refuse(response, "No such call is open.");
    }
    refuse(response, "Nothing else than GET /health is served here.");
  });
  // Small words by neighbours: nobody needs long for one.
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  return server;
}

/** The call that a word names; undefined for what is no word. */
async function callIn(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request) {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) return undefined;
      chunks.push(chunk);
    }
    const { call } = JSON.parse(Buffer.concat(chunks).toString()) as { call?: unknown };
    return typeof call === "string" ? call : undefined;
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, message: string): void {
  respond(response, 404, { error: { code: "not_found", message } });
}

function respondNothing(response: ServerResponse): void {
  response.writeHead(204).end();
}

function respond(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
}
