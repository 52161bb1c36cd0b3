import type { AppAddress } from "./app-connection";
import type { AppRequest, Call, Receiver } from "./call";
import { ConnectionPool } from "./connection-pool";
import { PooledCall } from "./pooled-call";
import { type AppUpgrade, UpgradeCall, type UpgradeReceiver } from "./upgrade-call";

const HEADER_LIMIT = 64 * 1024;

/** The server on a loopback port that requests are forwarded to. */
export class Upstream {
  private readonly pool: ConnectionPool;
  private readonly address: AppAddress;

  constructor({ port, poolIdleMs }: { readonly port: number; readonly poolIdleMs: number }) {
    this.address = { port, headerLimit: HEADER_LIMIT };
    this.pool = new ConnectionPool({ ...this.address, idleMs: poolIdleMs });
  }

  send(request: AppRequest, receiver: Receiver): Call {
    return new PooledCall(this.pool, request, receiver);
  }

  sendUpgrade(request: AppUpgrade, receiver: UpgradeReceiver): Call {
    return new UpgradeCall(request, receiver, this.address);
  }

  /** Breaks off what the pool has under way and closes its connections. */
  close(): void {
    this.pool.close();
  }
}
