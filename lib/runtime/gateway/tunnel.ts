import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { attach, type Forwarding, Relay } from "./proxy";
import type { Upgrade } from "./upgrade";
import type { UpgradeReceiver } from "./upgrade-call";

/**
 * Asks the upstream for another protocol, and the client hears what the upstream says: 101, and from there on bytes pass both
 * ways as they come, read by nobody; or any other answer, which passes like every answer and closes the connection.
 */
export function forwardUpgrade(upgrade: Upgrade, response: ServerResponse, forwarding: Forwarding): Relay {
  const relay = new UpgradeRelay(upgrade, response, forwarding);
  const { path, headers, upstream } = forwarding;
  const { request, protocol } = upgrade;
  const call = upstream.sendUpgrade({ method: request.method ?? "GET", path, headers, protocol }, relay);
  return attach(relay, call, response);
}

class UpgradeRelay extends Relay implements UpgradeReceiver {
  private readonly client: Socket;
  /** What the client sends before it has an answer: to the upstream if that agrees, else to nobody. */
  private early: Buffer[];

  constructor({ request, socket, head }: Upgrade, response: ServerResponse, forwarding: Forwarding) {
    super(request, response, forwarding);
    this.client = socket;
    this.early = [head];
    // Reading goes on while there is nothing to read: so a client that goes away is noticed.
    socket.on("data", this.hold).once("end", this.leave);
  }

  upgraded(
    { message, headers }: { readonly message: string; readonly headers: readonly string[] },
    app: Socket,
    first: Buffer,
  ): void {
    const { client, response } = this;
    app.on("error", () => undefined);
    try {
      const list = [...this.forwarding.answerHeaders(headers), "Connection", "Upgrade"];
      for (let i = 0; i < headers.length; i += 2) {
        if (headers[i]!.toLowerCase() === "upgrade") list.push("Upgrade", headers[i + 1]!);
      }
      response.sendDate = false;
      response.writeHead(101, message, list);
    } catch {
      app.destroy();
      this.fail("bad-response");
      return;
    }
    client.off("data", this.hold).off("end", this.leave);
    // What came in one packet leaves in one.
    client.cork();
    response.flushHeaders();
    client.write(first);
    client.uncork();
    app.write(Buffer.concat(this.early));
    this.early = [];
    join(client, app);
    app.once("close", () => this.forwarding.done?.());
    this.forwarding.begun?.();
  }

  override head(status: number, message: string, headers: readonly string[]): void {
    this.decline();
    super.head(status, message, headers);
  }

  override fail(failure: Parameters<Relay["fail"]>[0]): void {
    this.decline();
    super.fail(failure);
  }

  /** Bytes that are still unread when a connection closes would reset it, and the client might miss the answer. */
  private decline(): void {
    this.early = [];
    this.client.off("data", this.hold).resume();
  }

  private readonly hold = (chunk: Buffer) => {
    this.early.push(chunk);
    this.client.pause();
  };

  private readonly leave = () => this.client.destroy();
}

/**
 * Makes one connection of two: bytes pass with backpressure, an end passes as an end and leaves the other direction open, a
 * break passes as a break. What arrived from the app before it broke off still reaches the client.
 */
function join(client: Socket, app: Socket): void {
  client.pipe(app);
  app.pipe(client);
  client.once("close", () => {
    if (!isWhole(client)) app.resetAndDestroy();
  });
  app.once("close", () => {
    if (!isWhole(app)) client.write("", () => client.resetAndDestroy());
  });
}

/** Whether a closed connection was ended by both sides. */
function isWhole(socket: Socket): boolean {
  return socket.readableEnded && socket.writableFinished;
}
