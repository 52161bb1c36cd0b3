import { STATUS_CODES } from "node:http";
import { type ListenerRule, matchRules, UNKNOWN_ADDRESS } from "../routing";
import type { ClientRequest } from "../runtime/gateway/client-request";
import type { ClientResponse } from "../runtime/gateway/client-response";
import { endToEndHeaders } from "../runtime/gateway/headers";
import { HttpServer } from "../runtime/gateway/http-server";
import { type Forwarding, forward } from "../runtime/gateway/proxy";
import { soundness } from "../runtime/gateway/soundness";
import { forwardUpgrade } from "../runtime/gateway/tunnel";
import type { Upgrade } from "../runtime/gateway/upgrade";
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
  private servers: readonly HttpServer[] = [];

  private constructor(private readonly onRequest?: RouterOptions["onRequest"]) {}

  static async listen({ port, host, onRequest }: RouterOptions): Promise<Router> {
    const router = new Router(onRequest);
    router.servers = await listenOn(port, host ? [host] : LOOPBACK, (...served) => router.handle(...served));
    return router;
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
        return closed;
      }),
    );
    for (const upstream of this.targets.values()) upstream.close();
  }

  private handle(request: ClientRequest, response: ClientResponse, upgrade?: Upgrade): void {
    const unsound = soundness(request, upgrade);
    if (unsound) {
      response.keepsAlive = false;
      answer(response, unsound.status, `${unsound.message}\n`);
      return;
    }
    const { host, url } = this.devHosts.resolve(request.host ?? "", request.target);
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
      answer(response, 503, `${rule.target} has no running task: see the terminal.\n`, [...TEXT, "retry-after", "1"]);
    } else if (request.target === "/" && HOME_HOSTS.includes(host)) {
      this.list(request, response);
    } else {
      answer(response, 404, UNKNOWN_ADDRESS);
    }
  }

  private watch(
    target: string,
    request: ClientRequest,
    response: ClientResponse,
    tell: (request: ServedRequest) => void,
  ) {
    const began = performance.now();
    const { method, target: url } = request;
    response.onClose(() => {
      const status = response.hasBegun ? response.status : undefined;
      tell({ target, method, path: url.split("?", 1)[0]!, status, ms: Math.round(performance.now() - began) });
    });
  }

  private list(request: ClientRequest, response: ClientResponse): void {
    const endpoints = this.endpoints.map((endpoint) => ({ ...endpoint, running: this.targets.has(endpoint.target) }));
    if (/\bjson\b/.test(request.header("accept") ?? "")) {
      answer(response, 200, endpointListJson(endpoints, this.functions), ["content-type", "application/json"]);
    } else {
      answer(response, 200, endpointListHtml(endpoints, this.functions), ["content-type", "text/html; charset=utf-8"]);
    }
  }
}

const TEXT = ["content-type", "text/plain; charset=utf-8"];

function answer(response: ClientResponse, status: number, text: string, headers: readonly string[] = TEXT): void {
  const body = Buffer.from(text);
  response.begin(status, STATUS_CODES[status]!, [...headers, "content-length", String(body.length)]);
  response.write(body);
  response.end();
}

type Serve = ConstructorParameters<typeof HttpServer>[0]["serve"];

/** One server per address, all on the same port; an address that this machine does not have is left out. */
async function listenOn(port: number, addresses: readonly string[], serve: Serve): Promise<HttpServer[]> {
  for (;;) {
    const servers: HttpServer[] = [];
    try {
      for (const address of addresses) {
        const server = await listenAt(servers[0] ? portOf(servers[0]) : port, address, serve);
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

function listenAt(port: number, host: string, serve: Serve): Promise<HttpServer | undefined> {
  // Clients keep their connections as with a load balancer.
  const server = new HttpServer({ keepAliveMs: 60_000, headersTimeoutMs: 60_000, serve });
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

function portOf(server: HttpServer): number {
  return (server.address() as { port: number }).port;
}
