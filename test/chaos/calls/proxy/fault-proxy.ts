import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Faults } from "./faults";
import type { Answer, Ask, Service } from "./service";

/** Stands before one engine, and lets things go wrong on the way to it and back. */
export class FaultProxy {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 500 });
  private readonly server: Server;
  private failures = 0;

  constructor(
    private readonly service: Service,
    private readonly enginePort: number,
    private readonly faults: Faults,
  ) {
    this.server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
      this.serve(incoming, response).catch(() => response.destroy());
    });
  }

  async start(): Promise<void> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
    this.agent.destroy();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray());
    const ask: Ask = { method: incoming.method!, path: incoming.url!, headers: incoming.headers, body };
    const operation = this.service.operation(ask);
    const name = `${this.service.name} ${operation}`;
    const fault = this.faults.next(name);
    if (fault === "broken") {
      response.destroy();
      return;
    }
    if (fault === "error" || fault === "throttle") {
      send(response, this.service.failure(fault, this.failures++));
      return;
    }
    if (fault === "delay") await delay(this.faults.between(name, 50, 600));
    const left = new AbortController();
    response.once("close", () => left.abort());
    const answer = await this.service.carryOut(operation, ask, (asked) => this.forward(asked, left.signal));
    if (fault === "lost-answer") response.destroy();
    else send(response, answer);
  }

  /** A client that has left takes no more messages; what it has asked to be written is written. */
  private forward(ask: Ask, left: AbortSignal): Promise<Answer> {
    const target = String(ask.headers["x-amz-target"] ?? "");
    return exchange(this.enginePort, this.agent, ask, target.endsWith(".ReceiveMessage") ? left : undefined);
  }
}

export function exchange(port: number, agent: Agent | undefined, ask: Ask, signal?: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { "transfer-encoding": _encoding, connection: _connection, expect: _expect, ...headers } = ask.headers;
    const onwards = request(
      {
        agent,
        host: "127.0.0.1",
        port,
        method: ask.method,
        path: ask.path,
        headers: { ...headers, host: `127.0.0.1:${port}`, "content-length": ask.body.length },
        signal,
      },
      (answer) => {
        answer.toArray().then((chunks: Buffer[]) => {
          resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) });
        }, reject);
      },
    );
    onwards.once("error", reject);
    onwards.end(ask.body);
  });
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const { "transfer-encoding": _encoding, connection: _connection, "keep-alive": _keepAlive, ...rest } = headers;
  response.writeHead(status, { ...rest, "content-length": body.length, date: new Date().toUTCString() }).end(body);
}
