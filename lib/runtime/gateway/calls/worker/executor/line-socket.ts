import type { Socket } from "node:net";
import { MOST_LINE_BYTES } from "./protocol";

const NEWLINE = 10;

/** A connection of lines. */
export class LineSocket {
  onLine: (line: string) => void = () => undefined;
  onClose: (why: string) => void = () => undefined;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private why = "it closed the connection";
  private readonly decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

  constructor(private readonly socket: Socket) {
    socket.on("data", (chunk) => this.take(chunk));
    socket.on("error", ({ message }) => {
      this.why = message;
    });
    socket.on("close", () => this.onClose(this.why));
  }

  send(line: string): void {
    if (this.socket.writable) this.socket.write(`${line}\n`);
  }

  /** @param why for the log */
  close(why: string): void {
    if (this.socket.destroyed) return;
    this.why = why;
    this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    let from = 0;
    while (!this.socket.destroyed) {
      const end = chunk.indexOf(NEWLINE, from);
      const part = chunk.subarray(from, end === -1 ? undefined : end);
      if (this.heldBytes + part.length >= MOST_LINE_BYTES) {
        this.close("a line of it is longer than 1 MiB");
        return;
      }
      this.held.push(part);
      this.heldBytes += part.length;
      if (end === -1) return;
      const line = this.held.length === 1 ? this.held[0]! : Buffer.concat(this.held);
      this.held = [];
      this.heldBytes = 0;
      from = end + 1;
      this.read(line);
    }
  }

  private read(line: Buffer): void {
    try {
      this.onLine(this.decoder.decode(line));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.close("a line of it is not UTF-8");
    }
  }
}
