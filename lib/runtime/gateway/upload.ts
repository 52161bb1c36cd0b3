import type { IncomingMessage } from "node:http";
import type { AppConnection } from "./app-connection";
import { isChunked } from "./call";
import { trailers } from "./headers";

/**
 * A client's request body on its way to the app, as it comes: a part of known length as it is, any other in chunks, with its
 * trailers. Once stopped, what the client still sends is read and dropped, so that it gets an early answer.
 */
export class Upload {
  private isOver = false;
  private readonly isChunked: boolean;

  constructor(
    private readonly source: IncomingMessage,
    private readonly connection: AppConnection,
  ) {
    this.isChunked = isChunked(source);
    source.on("data", this.onChunk).once("end", this.onEnd);
  }

  /** Whether the app has been sent all of it. */
  get isWhole(): boolean {
    return this.isOver;
  }

  resume(): void {
    if (!this.isOver) this.source.resume();
  }

  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.source.off("data", this.onChunk).off("end", this.onEnd).resume();
  }

  private readonly onChunk = (chunk: Buffer) => {
    if (!this.pass(chunk)) this.source.pause();
  };

  private pass(chunk: Buffer): boolean {
    const { connection } = this;
    if (!this.isChunked) return connection.write(chunk);
    connection.cork();
    connection.write(`${chunk.length.toString(16)}\r\n`);
    connection.write(chunk);
    const isTaken = connection.write("\r\n");
    connection.uncork();
    return isTaken;
  }

  private readonly onEnd = () => {
    this.isOver = true;
    if (!this.isChunked) return;
    const fields = trailers(this.source.rawTrailers).map(([name, value]) => `${name}: ${value}\r\n`);
    this.connection.write(`0\r\n${fields.join("")}\r\n`);
  };
}
