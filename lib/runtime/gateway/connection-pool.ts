import type { Readable } from "node:stream";
import type { Client as ClientType, Dispatcher, Pool as PoolType } from "undici";
import { type AppRequest, type Call, type Failure, hasBody, type Receiver } from "./call";
import { Upload } from "./upload";

/** By path: the package's entry would bring fetch, caches and WebSockets, 8 MiB of memory that nobody here uses. */
const Client: typeof ClientType = require("undici/lib/dispatcher/client");
const Pool: typeof PoolType = require("undici/lib/dispatcher/pool");

export interface PoolOptions {
  readonly port: number;
  readonly idleMs: number;
  readonly headerLimit: number;
}

/** Keep-alive connections to the app, as many as there are requests at once, each with one request at a time. */
export class ConnectionPool {
  private readonly pool: PoolType;

  constructor({ port, idleMs, headerLimit }: PoolOptions) {
    this.pool = new Pool(`http://127.0.0.1:${port}`, {
      factory: (origin, options) => new Connection(origin, options),
      // 0 makes every connection single-use.
      pipelining: idleMs === 0 ? 0 : 1,
      keepAliveTimeout: Math.max(1, idleMs),
      keepAliveMaxTimeout: Math.max(1, idleMs),
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: headerLimit,
    });
  }

  send(request: AppRequest, receiver: Receiver): Call {
    return new PooledCall(this.pool, request, receiver);
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

type Attempt = Dispatcher.DispatchOptions & { connection?: Connection };

/** A connection that knows whether it has carried a request: only then can the app have closed it for being idle. */
class Connection extends Client {
  isUsed = false;

  constructor(origin: URL, options: ClientType.Options) {
    super(origin, options);
    this.on("connect", () => {
      this.isUsed = false;
    });
  }

  override dispatch(options: Attempt, handler: Dispatcher.DispatchHandler): boolean {
    options.connection = this;
    return super.dispatch(options, handler);
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2 */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

const CONNECTION_LOST = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** undici's own kind of handler. Its newer kind costs a wrapper, and two parsed objects of headers that nobody looks at. */
class PooledCall implements Call, Dispatcher.DispatchHandler {
  private readonly attempt: Attempt;
  private abort: (() => void) | undefined;
  private continueReading: (() => void) | undefined;
  private onUsedConnection = false;
  private hasAnswerBegun = false;
  private mayRetry: boolean;
  private isCancelled = false;

  constructor(
    private readonly pool: PoolType,
    { method, path, headers, source }: AppRequest,
    private readonly receiver: Receiver,
  ) {
    const body = hasBody(source) ? new Upload(source) : null;
    this.attempt = {
      method,
      path,
      headers: headers as string[],
      // undici documents async iterables as bodies; its types leave them out.
      body: body as unknown as Readable,
      connection: undefined,
    };
    this.mayRetry = body === null && IDEMPOTENT.has(method);
    this.pool.dispatch(this.attempt, this);
  }

  resume(): void {
    this.continueReading?.();
  }

  cancel(): void {
    this.isCancelled = true;
    this.abort?.();
  }

  onConnect(abort: (error?: Error) => void): void {
    this.abort = abort;
    const connection = this.attempt.connection!;
    this.onUsedConnection = connection.isUsed;
    connection.isUsed = true;
    if (this.isCancelled) this.cancel();
  }

  onResponseStarted(): void {
    this.hasAnswerBegun = true;
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, message = ""): boolean {
    this.continueReading = resume;
    const headers = strings(rawHeaders);
    if (status < 200) this.receiver.information(status, headers);
    else this.receiver.head(status, message, headers);
    return true;
  }

  onData(chunk: Buffer): boolean {
    return this.receiver.data(chunk);
  }

  onComplete(rawTrailers: unknown): void {
    // Buffers, whatever undici's types say.
    this.receiver.end(strings(rawTrailers as Buffer[] | null));
  }

  onError(error: Error & { code?: string }): void {
    if (this.isCancelled) return;
    const isLost = CONNECTION_LOST.has(error.code ?? "");
    if (isLost && this.mayRetry && this.onUsedConnection && !this.hasAnswerBegun) {
      this.mayRetry = false;
      this.abort = undefined;
      this.pool.dispatch(this.attempt, this);
      return;
    }
    this.receiver.fail(this.failure(isLost));
  }

  private failure(isLost: boolean): Failure {
    if (this.abort === undefined) return "unreachable";
    return isLost ? "disconnected" : "bad-response";
  }
}

const NONE: readonly string[] = [];

/** undici's raw headers are buffers, name and value in turn. */
function strings(raw: readonly Buffer[] | null): readonly string[] {
  if (raw === null || raw.length === 0) return NONE;
  const list = new Array<string>(raw.length);
  for (let i = 0; i < raw.length; i++) list[i] = raw[i]!.toString("latin1");
  return list;
}
