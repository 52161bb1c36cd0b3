import type { AppConnection } from "./app-connection";
import type { RequestBody } from "./call";
import type { BodyTaker } from "./client-request";
import { trailers } from "./headers";

/**
 * A client's request body on its way to the app, as it comes: a part of known length as it is, any other in chunks, with its
 * trailers. Once stopped, what the client still sends is read and dropped, so that it gets an early answer.
 */
export class Upload implements BodyTaker {
  private isOver = false;

  constructor(
    private readonly source: RequestBody,
    private readonly connection: AppConnection,
  ) {}

  /** Whether the app has been sent all of it. */
  get isWhole(): boolean {
    return this.isOver;
  }

  begin(): void {
    this.source.take(this);
  }

  resume(): void {
    if (!this.isOver) this.source.resume();
  }

  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.source.discard();
  }

  data(chunk: Buffer): void {
    if (!this.pass(Buffer.from(chunk))) this.source.pause();
  }

  end(list: readonly string[]): void {
    this.isOver = true;
    if (!this.source.isChunked) return;
    const fields = trailers(list).map(([name, value]) => `${name}: ${value}\r\n`);
    this.connection.write(`0\r\n${fields.join("")}\r\n`);
  }

  private pass(chunk: Buffer): boolean {
    const { connection } = this;
    if (!this.source.isChunked) return connection.write(chunk);
    connection.cork();
    connection.write(`${chunk.length.toString(16)}\r\n`);
    connection.write(chunk);
    const isTaken = connection.write("\r\n");
    connection.uncork();
    return isTaken;
  }
}
