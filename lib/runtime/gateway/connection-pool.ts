import type { Readable } from "node:stream";
import { Client, type Dispatcher, Pool } from "undici";
import { type AppRequest, type Call, type Failure, hasBody, type Receiver } from "./call";
import { Upload } from "./upload";

export interface PoolOptions {
  readonly port: number;
  readonly idleMs: number;
  readonly headerLimit: number;
}

/** Keep-alive connections to the app, as many as there are requests at once, each with one request at a time. */
export class ConnectionPool {
  private readonly pool: Pool;

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

  constructor(origin: URL, options: Client.Options) {
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

class PooledCall implements Call, Dispatcher.DispatchHandler {
  private readonly attempt: Attempt;
  private controller: Dispatcher.DispatchController | undefined;
  private onUsedConnection = false;
  private hasAnswerBegun = false;
  private mayRetry: boolean;
  private isCancelled = false;

  constructor(
    private readonly pool: Pool,
    { method, path, headers, source }: AppRequest,
    private readonly receiver: Receiver,
  ) {
    const body = hasBody(source) ? new Upload(source) : null;
    // undici documents async iterables as bodies; its types leave them out.
    this.attempt = { method, path, headers: headers as string[], body: body as unknown as Readable };
    this.mayRetry = body === null && IDEMPOTENT.has(method);
    this.pool.dispatch(this.attempt, this);
  }

  resume(): void {
    this.controller?.resume();
  }

  cancel(): void {
    this.isCancelled = true;
    this.controller?.abort(new Error("cancelled"));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    const connection = this.attempt.connection!;
    this.onUsedConnection = connection.isUsed;
    connection.isUsed = true;
    if (this.isCancelled) this.cancel();
  }

  onResponseStarted(): void {
    this.hasAnswerBegun = true;
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, _: unknown, message = ""): void {
    const headers = strings(controller.rawHeaders);
    if (status < 200) this.receiver.information(status, headers);
    else this.receiver.head(status, message, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.receiver.data(chunk)) controller.pause();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    this.receiver.end(strings(controller.rawTrailers));
  }

  onResponseError(_: unknown, error: Error & { code?: string }): void {
    if (this.isCancelled) return;
    const isLost = CONNECTION_LOST.has(error.code ?? "");
    if (isLost && this.mayRetry && this.onUsedConnection && !this.hasAnswerBegun) {
      this.mayRetry = false;
      this.controller = undefined;
      this.pool.dispatch(this.attempt, this);
      return;
    }
    this.receiver.fail(this.failure(isLost));
  }

  private failure(isLost: boolean): Failure {
    if (this.controller === undefined) return "unreachable";
    return isLost ? "disconnected" : "bad-response";
  }
}

/** undici's raw headers are buffers, name and value in turn. */
function strings(raw: Dispatcher.DispatchController["rawHeaders"]): string[] {
  return Array.isArray(raw) ? raw.map((item) => item.toString("latin1")) : [];
}
