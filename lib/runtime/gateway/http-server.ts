import { Server, type Socket } from "node:net";
import { ClientConnection, type Serving } from "./client-connection";

/** Connections are looked at this often within the time for a header, and at least every second. */
const LOOKS = 6;
const MOST_MS = 1000;

/** A server of HTTP/1.1 and 1.0, as strict with its clients as the gateway is with its app. */
export class HttpServer extends Server {
  private readonly open = new Set<ClientConnection>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly serving: Serving) {
    super({ allowHalfOpen: true, noDelay: true });
    this.on("connection", (socket: Socket) => this.accept(socket));
    this.once("listening", () => {
      this.timer = setInterval(this.onTimer, Math.min(MOST_MS, serving.headersTimeoutMs / LOOKS)).unref();
    });
    this.once("close", () => clearInterval(this.timer));
  }

  /** Those too that have left HTTP. */
  closeAllConnections(): void {
    for (const { socket } of this.open) socket.destroy();
  }

  private accept(socket: Socket): void {
    const connection = new ClientConnection(socket, this.serving);
    this.open.add(connection);
    socket.once("close", () => this.open.delete(connection));
  }

  private readonly onTimer = () => {
    const now = performance.now();
    for (const connection of this.open) connection.look(now);
  };
}
