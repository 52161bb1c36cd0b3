import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type Dispatcher, Pool } from "undici";
import { tunnel } from "./bare-tunnel";

/**
 * The least that is a proxy, on Node's server and undici's dispatcher, the cheapest way into it: raw headers and chunks
 * are passed on as they come, and a client that goes away ends its request. No checks, timers, limits or refusals.
 */
const upstream = Number(process.env.UPSTREAM);
const pool = new Pool(`http://127.0.0.1:${upstream}`, { connections: 256 });

const OF_ONE_HOP = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);

function requestHeaders({ rawHeaders, socket }: IncomingMessage): string[] {
  const kept: string[] = [];
  let hasFor = false;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase();
    if (OF_ONE_HOP.has(name)) continue;
    hasFor ||= name === "x-forwarded-for";
    kept.push(rawHeaders[i]!, rawHeaders[i + 1]!);
  }
  if (!hasFor) kept.push("X-Forwarded-For", socket.remoteAddress ?? "");
  return kept;
}

class Handler implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;

  constructor(private readonly response: ServerResponse) {
    response.once("close", () => {
      if (!response.writableEnded) this.controller?.abort(new Error("the client has gone"));
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.response.destroyed) controller.abort(new Error("the client has gone"));
  }

  onResponseStart({ rawHeaders }: Dispatcher.DispatchController, status: number, _: unknown, message?: string): void {
    const raw = rawHeaders as Buffer[];
    const headers: string[] = [];
    for (let i = 0; i < raw.length; i += 2) {
      const name = raw[i]!.toString("latin1");
      if (!OF_ONE_HOP.has(name.toLowerCase())) headers.push(name, raw[i + 1]!.toString("latin1"));
    }
    this.response.writeHead(status, message, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.response.write(chunk)) return;
    controller.pause();
    this.response.once("drain", () => controller.resume());
  }

  onResponseEnd(): void {
    this.response.end();
  }

  onResponseError(): void {
    this.response.destroy();
  }
}

createServer({ keepAliveTimeout: 300_000 }, (incoming, response) => {
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  pool.dispatch(
    {
      method: incoming.method as Dispatcher.HttpMethod,
      path: incoming.url!,
      headers: requestHeaders(incoming),
      body: hasBody ? incoming : null,
    },
    new Handler(response),
  );
})
  .on("upgrade", tunnel(upstream))
  .listen(Number(process.env.PORT), "127.0.0.1");
