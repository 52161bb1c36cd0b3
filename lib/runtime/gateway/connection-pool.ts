import { type AppAddress, AppConnection } from "./app-connection";

export interface PoolOptions extends AppAddress {
  /** For how long a connection may rest and be used again; 0 makes every connection single-use. */
  readonly idleMs: number;
}

/** An app that says how long it keeps a connection may count from earlier than we do. */
const KEEP_ALIVE_SLACK_MS = 1000;

/** Keep-alive connections to the app: as many as there are requests at once, each with one request at a time. */
export class ConnectionPool {
  /** Those that can be used, the one used last at the end: the others grow old and are closed. */
  private idle: AppConnection[] = [];
  /** Those that had their answer in this turn of the event loop: what else the app sent behind it has not been read yet. */
  private resting: AppConnection[] = [];
  private readonly all = new Set<AppConnection>();
  private sweep: NodeJS.Timeout | undefined;

  constructor(private readonly options: PoolOptions) {}

  get isReusing(): boolean {
    return this.options.idleMs > 0;
  }

  /** An idle connection, or else a new one. */
  take(): AppConnection {
    const now = performance.now();
    for (let connection = this.idle.pop(); connection !== undefined; connection = this.idle.pop()) {
      if (connection.isOpen && connection.usableUntil > now) return connection;
      connection.destroy();
    }
    return this.open();
  }

  /** A connection that has carried no request. */
  open(): AppConnection {
    const connection = new AppConnection(this.options, this.onGone);
    this.all.add(connection);
    return connection;
  }

  /** Takes back a connection whose answer has been read whole. */
  give(connection: AppConnection): void {
    const usableMs = Math.min(this.options.idleMs, connection.keepAliveMs - KEEP_ALIVE_SLACK_MS);
    if (usableMs <= 0) {
      connection.destroy();
      return;
    }
    connection.rest(performance.now() + usableMs);
    if (this.resting.push(connection) === 1) setImmediate(this.onTurn);
  }

  close(): void {
    clearTimeout(this.sweep);
    for (const connection of this.all) connection.destroy();
  }

  private readonly onTurn = () => {
    for (const connection of this.resting) if (connection.isOpen) this.idle.push(connection);
    this.resting = [];
    this.sweep ??= setTimeout(this.onSweep, this.options.idleMs).unref();
  };

  private readonly onSweep = () => {
    const now = performance.now();
    const isUsable = ({ isOpen, usableUntil }: AppConnection) => isOpen && usableUntil > now;
    for (const connection of this.idle) if (!isUsable(connection)) connection.destroy();
    this.idle = this.idle.filter(isUsable);
    this.sweep = this.idle.length === 0 ? undefined : setTimeout(this.onSweep, this.options.idleMs / 4).unref();
  };

  private readonly onGone = (connection: AppConnection) => {
    this.all.delete(connection);
  };
}
