import type { AppConnection, ConnectionUser } from "./app-connection";
import type { AppRequest, Call, Failure, Receiver } from "./call";
import type { ConnectionPool } from "./connection-pool";
import { Upload } from "./upload";

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-9.2.2 */
const IDEMPOTENT = new Set(["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]);

/** Servers ask for a length where these have no body (RFC 9110 section 8.6). */
const USUALLY_HAVE_BODY = new Set(["POST", "PUT", "PATCH"]);

/**
 * A request on a connection of the pool. One that the app closed for being idle, in the moment in which it was taken, costs an
 * idempotent request without a body a second try on a new one.
 */
export class PooledCall implements Call, ConnectionUser {
  private connection: AppConnection;
  private readonly text: string;
  private readonly upload: Upload | undefined;
  private mayRetry: boolean;
  private isOver = false;

  constructor(
    private readonly pool: ConnectionPool,
    private readonly request: AppRequest,
    private readonly receiver: Receiver,
  ) {
    this.text = requestHead(request, pool.isReusing);
    this.connection = pool.take();
    const { method, source } = request;
    this.mayRetry = IDEMPOTENT.has(method) && !source.hasBody;
    if (source.hasBody) {
      // A small body leaves with its header, in one packet; a body that is yet to come does not keep the header waiting.
      this.connection.cork();
      this.connection.begin(method, this.text, this);
      this.upload = new Upload(source, this.connection);
      this.upload.begin();
      process.nextTick(uncork, this.connection);
    } else {
      this.connection.begin(method, this.text, this);
    }
  }

  resume(): void {
    if (!this.isOver) this.connection.resume();
  }

  cancel(): void {
    if (this.isOver) return;
    this.finish();
    this.connection.destroy();
  }

  drained(): void {
    this.upload?.resume();
  }

  information(status: number, headers: readonly string[]): void {
    if (!this.isOver) this.receiver.information(status, headers);
  }

  head(status: number, message: string, headers: readonly string[]): void {
    if (!this.isOver) this.receiver.head(status, message, headers);
  }

  data(chunk: Buffer): void {
    if (!this.isOver && !this.receiver.data(chunk)) this.connection.pause();
  }

  end(trailers: readonly string[]): void {
    if (this.isOver) return;
    const isSent = this.upload?.isWhole ?? true;
    this.finish();
    // An app that has not had the whole request would take the next one for the rest of it.
    if (isSent) this.pool.give(this.connection);
    else this.connection.destroy();
    this.receiver.end(trailers);
  }

  lost(failure: Failure): void {
    const { connection } = this;
    if (failure === "disconnected" && this.mayRetry && connection.hasCarried && !connection.isAnswering) {
      this.mayRetry = false;
      this.connection = this.pool.open();
      this.connection.begin(this.request.method, this.text, this);
      return;
    }
    this.finish();
    this.receiver.fail(failure);
  }

  private finish(): void {
    this.isOver = true;
    this.upload?.stop();
  }
}

function uncork(connection: AppConnection): void {
  connection.uncork();
}

/** Nothing in it can end a line: path and headers went through the strict parser of requests. */
function requestHead({ method, path, headers, source }: AppRequest, keepsAlive: boolean): string {
  let text = `${method} ${path} HTTP/1.1\r\n`;
  let hasHost = false;
  let hasLength = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    let value = headers[i + 1]!;
    if (name.length === 4) {
      hasHost ||= name.toLowerCase() === "host";
    } else if (name.length === 14 && name.toLowerCase() === "content-length") {
      hasLength = true;
      // Some read leading zeros as octal.
      value = String(Number(value));
    }
    text += `${name}: ${value}\r\n`;
  }
  // HTTP/1.0 has none, and HTTP/1.1 must have one.
  if (!hasHost) text += "Host: localhost\r\n";
  if (source.isChunked) text += "Transfer-Encoding: chunked\r\n";
  else if (!hasLength && USUALLY_HAVE_BODY.has(method)) text += "Content-Length: 0\r\n";
  if (source.expectsContinue) text += "Expect: 100-continue\r\n";
  return `${text}Connection: ${keepsAlive ? "keep-alive" : "close"}\r\n\r\n`;
}
