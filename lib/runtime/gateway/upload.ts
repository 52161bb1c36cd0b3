import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/**
 * A client's request body for undici, which destroys the body of a request that is over. Destroying the request itself
 * would break the client's connection; here the client's remaining bytes are read and dropped, so that an app may answer
 * before it has read everything (a 413, a 401) and the client still gets that answer.
 */
export class Upload extends Readable {
  private readonly onData = (chunk: Buffer) => {
    if (!this.push(chunk)) this.source.pause();
  };
  private readonly onEnd = () => {
    this.push(null);
  };

  constructor(private readonly source: IncomingMessage) {
    super();
    source.on("data", this.onData).once("end", this.onEnd);
  }

  override _read(): void {
    this.source.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.source.off("data", this.onData).off("end", this.onEnd).resume();
    callback(error);
  }
}
