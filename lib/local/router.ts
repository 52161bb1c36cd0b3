import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type ListenerRule, matchRules, UNKNOWN_ADDRESS } from "../routing";
import { endToEndHeaders } from "../runtime/gateway/headers";
import { type Forwarding, forward } from "../runtime/gateway/proxy";
import { forwardUpgrade } from "../runtime/gateway/tunnel";
import { acceptUpgrades, type Upgrade, upgradeProblem } from "../runtime/gateway/upgrade";
import { Upstream } from "../runtime/gateway/upstream";
import { albHeaders } from "./alb-headers";
import type { Endpoint } from "./deployment";
import { DevHosts } from "./dev-hosts";
import { endpointListHtml, endpointListJson, type LocalEndpoint, localEndpoint } from "./endpoint-list";
import { nearestFreePort } from "./free-ports";
import { LocalError } from "./local-error";
import type { SpawnedFunction } from "./manifest-calls";

export interface RouterOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Default: loopback, both IPv4 and, where the machine has it, IPv6; a client may try either for `*.localhost`. */
  readonly host?: string;
  readonly onRequest?: (request: ServedRequest) => void;
}

/** A request that a task answered, or whose client went away; a WebSocket when it is closed, with the status 101. */
export interface ServedRequest {
  readonly target: string;
  readonly method: string;
  /** As the client sent it, without the query. */
  readonly path: string;
  /** Undefined when the client left before an answer began. */
  readonly status?: number;
  readonly ms: number;
}

/** Shorter than any gateway keeps an idle connection. */
const POOL_IDLE_MS = 1_000;

const LOOPBACK = ["127.0.0.1", "::1"];
const HOME_HOSTS = ["localhost", "127.0.0.1", "[::1]"];

/** Plays the load balancer on one local port: applies listener rules and hands requests to the tasks behind them. */
export class Router {
  private rules: readonly ListenerRule[] = [];
  private listed: readonly Endpoint[] = [];
  private functions: readonly SpawnedFunction[] = [];
  private devHosts = new DevHosts([], []);
  private readonly targets = new Map<string, Upstream>();
  /** Node's servers forget connections that changed their protocol. */
  private readonly upgraded = new Set<Socket>();

  private constructor(
    private readonly servers: readonly Server[],
    private readonly onRequest?: RouterOptions["onRequest"],
  ) {
    for (const server of servers) {
      server.on("request", (request, response) => this.handle(request, response));
      server.on("checkContinue", (request, response) => this.handle(request, response));
      acceptUpgrades(server, (request, response, upgrade) => this.handleUpgrade(request, response, upgrade));
    }
  }

  static async listen({ port, host, onRequest }: RouterOptions): Promise<Router> {
    return new Router(await listenOn(port, host ? [host] : LOOPBACK), onRequest);
  }

  get port(): number {
    return portOf(this.servers[0]!);
  }

  get endpoints(): LocalEndpoint[] {
    return this.listed.map((endpoint) => localEndpoint(endpoint, this.port));
  }

  /** Takes effect for the next request; so do the other setters. */
  setRules(rules: readonly ListenerRule[]): void {
    this.rules = rules;
    this.devHosts = new DevHosts(this.listed, rules);
  }

  /** What stands in the list at `/` and takes no requests. */
  setFunctions(functions: readonly SpawnedFunction[]): void {
    this.functions = functions;
  }

  /** The endpoints that have a local name and stand in the list at `/`. */
  setEndpoints(endpoints: readonly Endpoint[]): void {
    this.listed = endpoints;
    this.devHosts = new DevHosts(endpoints, this.rules);
  }

  /** The task that gets a function's requests from now on; none: 503. */
  setTarget(target: string, task: { readonly port: number } | undefined): void {
    // Requests that the task before it still answers keep their connections; idle ones close by themselves.
    if (task) this.targets.set(target, new Upstream({ port: task.port, poolIdleMs: POOL_IDLE_MS }));
    else this.targets.delete(target);
  }

  /** Stops listening and ends what is still connected. */
  async close(): Promise<void> {
    await Promise.all(
      this.servers.map((server) => {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeAllConnections();
        for (const socket of this.upgraded) socket.destroy();
        return closed;
      }),
    );
    for (const upstream of this.targets.values()) upstream.close();
  }

  private handleUpgrade(request: IncomingMessage, response: ServerResponse, upgrade: Upgrade): void {
    const { socket } = upgrade;
    this.upgraded.add(socket);
    socket.once("close", () => this.upgraded.delete(socket));
    const problem = upgradeProblem(request);
    if (problem) answer(response, 400, `${problem}\n`);
    else this.handle(request, response, upgrade);
  }

  private handle(request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade): void {
    const { host, url } = this.devHosts.resolve(request.headers.host ?? "", request.url!);
    const rule = matchRules(this.rules, { host, path: url });
    const upstream = rule && this.targets.get(rule.target);
    if (upstream) {
      if (this.onRequest) this.watch(rule.target, request, response, this.onRequest);
      const forwarding: Forwarding = {
        upstream,
        path: url,
        headers: endToEndHeaders(albHeaders(request)),
        answerHeaders: endToEndHeaders,
        fail: () => answer(response, 502, `${rule.target}: its task broke off before it answered.\n`),
      };
      if (upgrade) forwardUpgrade(upgrade, response, forwarding);
      else forward(request, response, forwarding);
    } else if (rule) {
      answer(response, 503, `${rule.target} has no running task: see the terminal.\n`, { "retry-after": "1" });
    } else if (request.url === "/" && HOME_HOSTS.includes(host)) {
      this.list(request, response);
    } else {
      answer(response, 404, UNKNOWN_ADDRESS);
    }
  }

  private watch(
    target: string,
    request: IncomingMessage,
    response: ServerResponse,
    tell: (request: ServedRequest) => void,
  ) {
    const began = performance.now();
    const { method = "GET", url = "/" } = request;
    response.once("close", () => {
      const status = response.headersSent ? response.statusCode : undefined;
      tell({ target, method, path: url.split("?", 1)[0]!, status, ms: Math.round(performance.now() - began) });
    });
  }

  private list(request: IncomingMessage, response: ServerResponse): void {
    const endpoints = this.endpoints.map((endpoint) => ({ ...endpoint, running: this.targets.has(endpoint.target) }));
    if (/\bjson\b/.test(request.headers.accept ?? "")) {
      answer(response, 200, endpointListJson(endpoints, this.functions), { "content-type": "application/json" });
    } else {
      answer(response, 200, endpointListHtml(endpoints, this.functions), {
        "content-type": "text/html; charset=utf-8",
      });
    }
  }
}

function answer(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...headers }).end(body);
}

/** One server per address, all on the same port; an address that this machine does not have is left out. */
async function listenOn(port: number, addresses: readonly string[]): Promise<Server[]> {
  for (;;) {
    const servers: Server[] = [];
    try {
      for (const address of addresses) {
        const server = await listenAt(servers[0] ? portOf(servers[0]) : port, address);
        if (server) servers.push(server);
      }
      return servers;
    } catch (error) {
      for (const server of servers) server.close();
      // The system's choice for one address may be in use at the other: let it choose again.
      if (port === 0 && (error as NodeJS.ErrnoException).code === "EADDRINUSE") continue;
      throw await explainListenError(error as NodeJS.ErrnoException, port);
    }
  }
}

function listenAt(port: number, host: string): Promise<Server | undefined> {
  // Neither uploads nor the wait for a slow answer are ours to cut short; clients keep their connections as with ALB.
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000, maxHeaderSize: 65_536 });
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const absent = host === "::1" && ["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(error.code ?? "");
      if (absent) resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

async function explainListenError(error: NodeJS.ErrnoException, port: number): Promise<Error> {
  if (error.code === "EACCES") {
    return new LocalError(`Port ${port} is reserved for the system.`, {
      fix: "Use one above 1023: --port 4000",
      cause: error,
    });
  }
  if (error.code !== "EADDRINUSE") return error;
  const free = await nearestFreePort(port < 65_000 ? port + 1 : 4000);
  return new LocalError(`Port ${port} is taken by another program.`, {
    fix: `Use another one: --port ${free}`,
    cause: error,
  });
}

function portOf(server: Server): number {
  return (server.address() as { port: number }).port;
}
