import { type OnReadOpts, Socket, type SocketConstructorOpts, type TcpSocketConnectOpts } from "node:net";

type Done = (error?: Error | null) => void;

/**
 * Lives for as long as there is something to read. An app may answer before it has read the whole request, and close: then
 * a write fails while the answer still waits here, and with Node's own socket it would be lost.
 */
export class AppSocket extends Socket {
  /** Whether something that was written has not arrived. */
  hasFailed = false;

  constructor(onread: OnReadOpts) {
    const options: SocketConstructorOpts & Partial<TcpSocketConnectOpts> = { noDelay: true, onread };
    super(options);
  }

  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, (error) => this.onWritten(error, done));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    super._writev!(chunks, (error) => this.onWritten(error, done));
  }

  /** A connection that takes no more ends for the reader too, behind what has arrived. */
  private onWritten(error: Error | null | undefined, done: Done): void {
    if (error) this.hasFailed = true;
    done();
  }
}
