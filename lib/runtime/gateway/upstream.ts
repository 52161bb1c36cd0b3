import { type AppRequest, type Call, expectsContinue, isChunked, type Receiver } from "./call";
import { ConnectionPool } from "./connection-pool";
import type { AppAddress } from "./dedicated-call";
import { sendStreamed } from "./streamed-call";
import { type AppUpgrade, sendUpgrade, type UpgradeReceiver } from "./upgrade-call";

const HEADER_LIMIT = 64 * 1024;

/** The server on a loopback port that requests are forwarded to. */
export class Upstream {
  private readonly pool: ConnectionPool;
  private readonly address: AppAddress;

  constructor({ port, poolIdleMs }: { readonly port: number; readonly poolIdleMs: number }) {
    this.address = { port, headerLimit: HEADER_LIMIT };
    this.pool = new ConnectionPool({ port, idleMs: poolIdleMs, headerLimit: HEADER_LIMIT });
  }

  /**
   * undici is much the cheaper client, but it holds a request's header back until the first byte of the body, sends no
   * trailers and knows no `Expect`. A body of unknown length, or one that waits for the app's consent, needs all three.
   */
  send(request: AppRequest, receiver: Receiver): Call {
    return isChunked(request.source) || expectsContinue(request.source)
      ? sendStreamed(request, receiver, this.address)
      : this.pool.send(request, receiver);
  }

  sendUpgrade(request: AppUpgrade, receiver: UpgradeReceiver): Call {
    return sendUpgrade(request, receiver, this.address);
  }

  /** Breaks off what the pool has under way and closes its connections. */
  close(): Promise<void> {
    return this.pool.close();
  }
}
