import { once } from "node:events";
import {
  type ClientRequest,
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  request,
} from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const stops: Array<() => unknown> = [];

/** Registers what ends something that a test started. */
export function onStop(stop: () => unknown): void {
  stops.push(stop);
}

/** Ends everything that tests started, in reverse order. For `afterEach` or `afterAll`. */
export async function stopEverything(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}

/** Waits for a condition; fails with its name when it does not come true. */
export async function until(condition: () => unknown, name: string, timeoutMs = 10_000, intervalMs = 5): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${name}`);
    await delay(intervalMs);
  }
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening(createTcpServer())));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}

async function listening<S extends Server>(server: S, port = 0): Promise<S> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

export interface App {
  readonly port: number;
  /** Requests, or for a raw app connections, that came in. */
  readonly seen: number;
  stop(): Promise<void>;
}

/** An HTTP app on loopback. */
export function startApp(
  serve: RequestListener,
  options: { port?: number; expect?: RequestListener } = {},
): Promise<App> {
  let seen = 0;
  const server = createServer({ maxHeaderSize: 256 * 1024, keepAliveTimeout: 60_000 }, (incoming, response) => {
    seen++;
    serve(incoming, response);
  });
  server.maxHeadersCount = 0;
  if (options.expect) server.on("checkContinue", options.expect);
  return appOf(server, () => seen, options.port);
}

/** An app that is a TCP server: it writes its own HTTP, or breaks it. */
export function startRawApp(serve: (socket: Socket) => void): Promise<App> {
  let seen = 0;
  const server = createTcpServer((socket) => {
    seen++;
    socket.on("error", () => undefined);
    serve(socket);
  });
  return appOf(server, () => seen);
}

async function appOf(server: Server, seen: () => number, port?: number): Promise<App> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await listening(server, port);
  const stop = async () => {
    if (!server.listening) return;
    const closed = once(server.close(), "close");
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  onStop(stop);
  return {
    port: (server.address() as AddressInfo).port,
    get seen() {
      return seen();
    },
    stop,
  };
}

export interface Answer {
  readonly status: number;
  readonly message: string;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: string[];
  readonly trailers: string[];
  readonly body: Buffer;
  readonly text: string;
}

export interface Sent {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

/** One request on a connection of its own. */
export async function send(port: number, path: string, sent: Sent = {}): Promise<Answer> {
  const outgoing = open(port, path, sent);
  outgoing.end(sent.body);
  return collect(await answerTo(outgoing));
}

/** A request whose body the caller writes. */
export function open(port: number, path: string, { method = "GET", headers = {} }: Sent = {}): ClientRequest {
  const outgoing = request({ agent: false, host: "127.0.0.1", port, path, method, headers });
  outgoing.on("error", () => undefined);
  onStop(() => outgoing.destroy());
  return outgoing;
}

export async function answerTo(outgoing: ClientRequest): Promise<IncomingMessage> {
  outgoing.flushHeaders();
  const [answer] = await once(outgoing, "response");
  return answer;
}

export async function collect(answer: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return {
    status: answer.statusCode!,
    message: answer.statusMessage!,
    headers: answer.headers,
    rawHeaders: answer.rawHeaders,
    trailers: answer.rawTrailers,
    body,
    text: body.toString(),
  };
}

/** A TCP client: writes bytes as they are and collects what comes. */
export class RawClient {
  text = "";
  isClosed = false;

  private constructor(readonly socket: Socket) {
    socket.setEncoding("latin1").on("data", (chunk) => {
      this.text += chunk;
    });
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.isClosed = true;
    });
    onStop(() => socket.destroy());
  }

  static async connect(port: number): Promise<RawClient> {
    const socket = connect({ port, host: "127.0.0.1" });
    await once(socket, "connect");
    return new RawClient(socket);
  }

  write(text: string): this {
    this.socket.write(text, "latin1");
    return this;
  }

  async receives(part: string): Promise<void> {
    await until(() => this.text.includes(part) || this.isClosed, `${JSON.stringify(part)} arrives`);
    if (!this.text.includes(part)) throw new Error(`closed without ${JSON.stringify(part)}: ${this.text}`);
  }

  async closes(timeoutMs?: number): Promise<string> {
    await until(() => this.isClosed, `the connection closes; so far: ${this.text}`, timeoutMs);
    return this.text;
  }
}

/** Sends bytes and returns everything that came until the server closed the connection. */
export async function exchange(port: number, text: string): Promise<string> {
  return (await RawClient.connect(port)).write(text).closes();
}
